import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock, Logger } from '@mizzen/base'
import {
  FileMemory,
  failedRequest,
  type Lease,
  type MetricQuery,
  overlaidStore,
  RolloutController,
  type RolloutMemory,
  restoreStatuses,
  TrafficSamples,
  VolatileMemory,
} from '@mizzen/rollout'
import type { Store } from '@mizzen/store'
import type { Telemetry } from '@mizzen/telemetry'
import { post } from './post.ts'
import { StateLease } from './state-lease.ts'

/** What of rollouts has to be there before the store is looked at. */
export interface RolloutGround {
  readonly memory: RolloutMemory
  /** The store, with each VirtualService as it is in force. */
  readonly inForce: Store
  /** Undefined: there is no state directory that another control plane could share. */
  readonly lease: StateLease | undefined
}

/** @param stateDir where rollouts are remembered (`<state>/rollouts`). Undefined: they begin anew with the process. */
export async function prepareRollouts(
  store: Store,
  clock: Clock,
  stateDir: string | undefined,
  logger: Logger,
): Promise<RolloutGround> {
  const folder = stateDir === undefined ? undefined : join(stateDir, 'rollouts')
  const memory = folder === undefined ? new VolatileMemory() : new FileMemory(folder)
  const lease = folder === undefined ? undefined : await StateLease.open(folder, clock, logger)
  await restoreStatuses(store, memory, clock.now())
  return { memory, inForce: overlaidStore(store), lease }
}

export interface RolloutOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly memory: RolloutMemory
  readonly lease: Lease | undefined
  readonly telemetry: Pick<Telemetry, 'totals' | 'updates' | 'failures'>
  /** Answers PromQL; undefined: a metric with a query holds its rollout, and says so. */
  readonly query: MetricQuery | undefined
}

/** Of the failed requests in a report. */
const MOST_FAILURES = 10

/** The canary controller of this control plane. */
export function createRollouts({ telemetry, ...options }: RolloutOptions): RolloutController {
  const samples = new TrafficSamples(telemetry, () => options.clock.now())
  return new RolloutController({
    ...options,
    controller: `${hostname()}_${randomUUID()}`,
    samples,
    post,
    failures: ({ namespace, name }, sinceMs) =>
      telemetry
        .failures({ workload: name, sinceMs, limit: MOST_FAILURES })
        .filter(({ destination }) => destination.namespace === namespace)
        .map(failedRequest),
  })
}
