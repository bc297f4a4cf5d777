import type { Canary, CanaryWebhook } from '@mizzen/api'
import { parseDuration } from '@mizzen/api'
import { formatError } from '@mizzen/base'
import type { WebhookResult } from '../decide/observation.ts'
import type { RolloutState } from '../decide/state.ts'

/** Posts a JSON document; resolves with the status. Rejects when there is no answer in time. */
export type Post = (url: string, body: unknown, timeoutMs: number) => Promise<{ readonly status: number }>

const DEFAULT_TIMEOUT_MS = 10_000
/** A gate that is closed is asked again after this, ms; so are those that have failed. */
const ASK_AGAIN_MS = 2_000

interface Known {
  readonly result: WebhookResult
  /** ms; infinite while a call is out. */
  readonly askAgainAt: number
  readonly attempts: number
}

/** The hooks of one rollout: who has been called in this step, and what they said. */
export class Webhooks {
  readonly #post: Post
  #step = ''
  #known = new Map<string, Known>()

  constructor(post: Post) {
    this.#post = post
  }

  /** Answers of an earlier step, phase or version say nothing about this one. */
  enter(state: RolloutState | null): void {
    const step = state === null ? '' : `${state.canaryRevision} ${state.phase} ${state.step}`
    if (step === this.#step) return
    this.#step = step
    this.#known = new Map()
  }

  get results(): readonly WebhookResult[] {
    return [...this.#known.values()].map(({ result }) => result)
  }

  /** Calls those of that type that have not passed. Never waits. @param now ms */
  call(canary: Canary, type: string, state: RolloutState, now: number): void {
    const hooks = (canary.spec?.analysis?.webhooks ?? []).filter((hook) => (hook.type ?? 'rollout') === type)
    for (const hook of hooks) {
      const known = this.#known.get(keyOf(type, hook))
      if (known?.result.state === 'passed' || (known !== undefined && now < known.askAgainAt)) continue
      void this.#ask(hook, type, payload(canary, hook, state), now, known?.attempts ?? 0)
    }
  }

  async #ask(hook: CanaryWebhook, type: string, body: unknown, now: number, attempts: number): Promise<void> {
    const step = this.#step
    const key = keyOf(type, hook)
    const note = (state: WebhookResult['state'], message: string, askAgainAt: number) => {
      if (step !== this.#step) return
      this.#known.set(key, { result: { name: hook.name, type, state, message }, askAgainAt, attempts: attempts + 1 })
    }
    note('waiting', 'called', Number.POSITIVE_INFINITY)
    const timeoutMs = hook.timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(hook.timeout)
    const message = await this.#post(hook.url, body, timeoutMs).then(
      ({ status }) => (status >= 200 && status < 300 ? '' : `answered ${status}`),
      (error: unknown) => formatError(error),
    )
    // A gate may be opened later: what it says is no failure. Others have their retries.
    const final = !type.startsWith('confirm-') && type !== 'rollback' && attempts >= (hook.retries ?? 0)
    if (message === '') note('passed', '', Number.POSITIVE_INFINITY)
    else note(final ? 'failed' : 'waiting', message, now + ASK_AGAIN_MS)
  }
}

function keyOf(type: string, { name }: CanaryWebhook): string {
  return `${type} ${name}`
}

/** Flagger's document: name, namespace, phase, checksum, metadata. */
function payload(canary: Canary, hook: CanaryWebhook, state: RolloutState): unknown {
  const { name, namespace } = canary.metadata
  return { name, namespace, phase: state.phase, checksum: state.canaryRevision, metadata: hook.metadata ?? {} }
}
