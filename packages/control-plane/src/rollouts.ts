import { join } from 'node:path'
import type { Clock, Logger } from '@mizzen/base'
import { FileMemory, IncrementSamples, type Post, RolloutController, VolatileMemory } from '@mizzen/rollout'
import type { Store } from '@mizzen/store'

export interface RolloutOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** Where rollouts are remembered (`<state>/rollouts`). Undefined: they begin anew with the process. */
  readonly stateDir: string | undefined
}

export interface Rollouts {
  readonly controller: RolloutController
  /** Takes what the proxies count. */
  readonly samples: IncrementSamples
}

/** The canary controller of this control plane. */
export function createRollouts({ store, clock, logger, stateDir }: RolloutOptions): Rollouts {
  const samples = new IncrementSamples(() => clock.now())
  const memory = stateDir === undefined ? new VolatileMemory() : new FileMemory(join(stateDir, 'rollouts'))
  // A query has no value until there is an engine for it: such a metric holds the rollout, and says so.
  const query = () => undefined
  return { controller: new RolloutController({ store, clock, logger, samples, query, memory, post }), samples }
}

const post: Post = async (url, body, timeoutMs) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  })
  await response.body?.cancel()
  return { status: response.status }
}
