import type { Clock, Random } from '@mizzen/base'
import type { OverloadState } from '../overload/overload-state.ts'
import type { DateHeader } from './date-header.ts'
import type { DeadlineWheel } from './deadline-wheel.ts'
import type { EventTurn } from './event-turn.ts'
import type { ClusterLookup } from './router-runtime.ts'

/** What the streams of a runtime share. */
export interface StreamRuntime {
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly clock: Clock
  readonly random: Random
  readonly clusters: ClusterLookup
  readonly date: DateHeader
  /** null = the process does nothing about overload. */
  readonly overload: OverloadState | null
}

/** What the codec says about a request besides the exchange's fields. */
export interface RequestStart {
  /** Neither body nor trailers follow. */
  readonly ended: boolean
  readonly hasHost: boolean
  readonly expectsContinue: boolean
}
