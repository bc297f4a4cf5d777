import { type Canary, type CanaryWebhook, parseDuration } from '@mizzen/api'
import { formatError } from '@mizzen/base'
import { hooksOf } from '../decide/gates.ts'
import type { WebhookResult } from '../decide/observation.ts'
import type { RolloutState } from '../decide/state.ts'
import { payloadOf } from './webhook-payload.ts'

/** Posts a JSON document; resolves with the status, and the beginning of the body. Rejects when there is no answer in time. */
export type Post = (
  url: string,
  body: unknown,
  timeoutMs: number,
) => Promise<{ readonly status: number; readonly body?: string }>

const DEFAULT_TIMEOUT_MS = 10_000
/** A gate that is closed is asked again after this, ms; so are those that have failed. */
export const ASK_AGAIN_MS = 2_000
const DEFAULT_INTERVAL_MS = 60_000

interface Known {
  readonly result: WebhookResult
  /** ms; infinite while a call is out. */
  readonly askAgainAt: number
  /** Failed ones in a row. */
  readonly failures: number
}

/** Asked all the while, whatever the step. */
const POLLED: readonly string[] = ['rollout', 'rollback']
/** Phases in which they are. */
const POLLED_IN: Readonly<Record<string, readonly string[]>> = {
  rollout: ['Progressing', 'Paused'],
  rollback: ['Initializing', 'Progressing', 'Paused'],
}

/** The hooks of one rollout: who has been called, and what they said. */
export class Webhooks {
  readonly #post: Post
  #step = ''
  #try = ''
  readonly #known = new Map<string, Known>()

  constructor(post: Post) {
    this.#post = post
  }

  /** Answers of another try say nothing about this one; those of gates nothing about another step or phase. */
  enter(state: RolloutState | null): void {
    const attempt = state === null ? '' : `${state.canaryRevision} ${state.beganAt}`
    const step = state === null ? '' : `${attempt} ${state.phase} ${state.step}`
    if (attempt !== this.#try) this.#known.clear()
    else if (step !== this.#step) {
      for (const [key, { result }] of this.#known) if (!POLLED.includes(result.type)) this.#known.delete(key)
    }
    this.#try = attempt
    this.#step = step
  }

  get results(): readonly WebhookResult[] {
    return [...this.#known.values()].map(({ result }) => result)
  }

  /** Calls those of that type that have not passed. Never waits. @param now ms */
  call(canary: Canary, type: string, state: RolloutState, now: number): void {
    for (const hook of hooksOf(canary.spec ?? ({} as never), type)) {
      const known = this.#known.get(keyOf(type, hook))
      if (known === undefined || now >= known.askAgainAt) void this.#ask(canary, hook, type, state, now, known)
    }
  }

  /** Calls those that are asked again and again, when it is time. */
  poll(canary: Canary, state: RolloutState, now: number): void {
    for (const type of POLLED) if (POLLED_IN[type]?.includes(state.phase)) this.call(canary, type, state, now)
  }

  async #ask(canary: Canary, hook: CanaryWebhook, type: string, state: RolloutState, now: number, before?: Known) {
    const key = keyOf(type, hook)
    const waiting: WebhookResult = { name: hook.name, type, state: 'waiting', message: '' }
    // Until it answers, what it said before stands.
    const out: Known = {
      result: before?.result ?? waiting,
      askAgainAt: Number.POSITIVE_INFINITY,
      failures: before?.failures ?? 0,
    }
    this.#known.set(key, out)
    const refusal = await ask(this.#post, hook, payloadOf(canary, hook, state))
    if (this.#known.get(key) === out) this.#known.set(key, answered(out, hook, type, refusal, now))
  }
}

/** What a hook said, in words; '' = it passed. */
export async function ask(post: Post, { url, timeout }: CanaryWebhook, body: unknown): Promise<string> {
  const timeoutMs = timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(timeout)
  try {
    const { status, body: text = '' } = await post(url, body, timeoutMs)
    return status >= 200 && status < 300 ? '' : `it answered ${status}${text === '' ? '' : `: ${text}`}`
  } catch (error) {
    return `it can't be asked: ${formatError(error)}`
  }
}

function answered(before: Known, hook: CanaryWebhook, type: string, refusal: string, now: number): Known {
  const { name, interval, retries = 0 } = hook
  if (refusal === '') {
    const everyMs = interval === undefined ? DEFAULT_INTERVAL_MS : parseDuration(interval)
    const askAgainAt = type === 'rollout' ? now + everyMs : Number.POSITIVE_INFINITY
    return { result: { name, type, state: 'passed', message: '' }, askAgainAt, failures: 0 }
  }
  const failures = before.failures + 1
  // A gate may be opened later: what it says is no failure. Others have their retries.
  const mayFail = type === 'rollout' || type === 'pre-rollout'
  const state = mayFail && failures > retries ? 'failed' : 'refused'
  return { result: { name, type, state, message: refusal }, askAgainAt: now + ASK_AGAIN_MS, failures }
}

function keyOf(type: string, { name }: CanaryWebhook): string {
  return `${type} ${name}`
}
