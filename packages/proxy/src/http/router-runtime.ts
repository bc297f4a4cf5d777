import type { Random } from '@mizzen/base'
import type { Cluster } from '../cluster/cluster.ts'
import type { DeadlineWheel } from './deadline-wheel.ts'
import type { EventTurn } from './event-turn.ts'
import type { LocalAddress } from './local-address.ts'

/** The clusters as they are now, by name. */
export interface ClusterLookup {
  get(name: string): Cluster | undefined
}

/** What sends requests to upstreams needs of its runtime. */
export interface RouterRuntime {
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly random: Random
  readonly clusters: ClusterLookup
  readonly localAddress: LocalAddress
}
