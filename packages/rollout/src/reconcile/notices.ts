import type { Canary, CanaryWebhook } from '@mizzen/api'
import { type Clock, type Logger, sleep } from '@mizzen/base'
import { hooksOf } from '../decide/gates.ts'
import type { RolloutState } from '../decide/state.ts'
import { eventOf, payloadOf, type WebhookPayload } from './webhook-payload.ts'
import { ASK_AGAIN_MS, ask, type Post } from './webhooks.ts'

/** Of one rollout; where a receiver is so slow that more would wait, the newest are left out. */
const MOST_WAITING = 100

interface NoticeDeps {
  readonly post: Post
  readonly clock: Clock
  readonly logger: Logger
}

/** Hooks that are told and not asked (`event`, `post-rollout`): in order, one after another, and nobody waits for them. */
export class Notices {
  readonly #deps: NoticeDeps
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(deps: NoticeDeps) {
    this.#deps = deps
  }

  event(canary: Canary, state: RolloutState, now: number): void {
    for (const hook of canary.spec === undefined ? [] : hooksOf(canary.spec, 'event')) {
      this.#tell(hook, eventOf(canary, hook, state, now))
    }
  }

  end(canary: Canary, state: RolloutState): void {
    for (const hook of canary.spec === undefined ? [] : hooksOf(canary.spec, 'post-rollout')) {
      this.#tell(hook, payloadOf(canary, hook, state))
    }
  }

  #tell(hook: CanaryWebhook, payload: WebhookPayload): void {
    if (this.#waiting >= MOST_WAITING) {
      this.#deps.logger.warn('a webhook is too slow: what happened is not told', { webhook: hook.name })
      return
    }
    this.#waiting += 1
    this.#last = this.#last
      .then(() => this.#deliver(hook, payload))
      .finally(() => {
        this.#waiting -= 1
      })
  }

  async #deliver(hook: CanaryWebhook, payload: WebhookPayload): Promise<void> {
    const { post, clock, logger } = this.#deps
    for (let attempt = 0; ; attempt += 1) {
      const refusal = await ask(post, hook, payload)
      if (refusal === '') return
      if (attempt >= (hook.retries ?? 0)) return logger.warn('a webhook failed', { webhook: hook.name, refusal })
      await sleep(clock, ASK_AGAIN_MS)
    }
  }
}
