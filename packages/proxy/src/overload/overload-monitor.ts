import type { Clock, Timer } from '@mizzen/base'
import type { HeapConfig, OverloadActionConfig } from '../config/read-overload-manager.ts'
import type { Stat } from '../telemetry/stat.ts'
import type { OverloadState } from './overload-state.ts'

export interface OverloadMonitorOptions {
  readonly heap: HeapConfig
  readonly actions: readonly OverloadActionConfig[]
  readonly refreshMs: number
  readonly clock: Clock
  /** Resident bytes of the process: what its buffers take counts as well as its heaps. */
  readonly resident: () => number
  readonly state: OverloadState
}

/** Looks at the memory of the process now and then, and sets what is done about it (Envoy: overload manager, fixed_heap). */
export class OverloadMonitor {
  readonly #options: OverloadMonitorOptions
  #pressure = 0
  #timer: Timer | undefined

  constructor(options: OverloadMonitorOptions) {
    this.#options = options
    this.#refreshLater()
  }

  close(): void {
    this.#timer?.cancel()
  }

  get stats(): readonly Stat[] {
    const { heap, actions } = this.#options
    const gauge = (owner: string, name: string, value: number): Stat => {
      return { scope: 'overload', owner, name, kind: 'gauge', value }
    }
    return [
      gauge(heap.name, 'pressure', Math.floor(this.#pressure * 100)),
      ...actions.flatMap((action) => {
        const share = shareAt(action, this.#pressure)
        return [
          gauge(action.name, 'active', share === 1 ? 1 : 0),
          gauge(action.name, 'scale_percent', Math.floor(share * 100)),
        ]
      }),
    ]
  }

  #refreshLater(): void {
    const { clock, refreshMs } = this.#options
    this.#timer = clock.after(refreshMs, () => {
      this.#refresh()
      this.#refreshLater()
    })
  }

  #refresh(): void {
    const { heap, actions, resident, state } = this.#options
    this.#pressure = resident() / heap.maxBytes
    for (const action of actions) state.set(action.action, shareAt(action, this.#pressure))
  }
}

/** How often an action is done at that pressure, 0–1. */
function shareAt({ from, to }: OverloadActionConfig, pressure: number): number {
  if (pressure >= to) return 1
  return pressure <= from ? 0 : (pressure - from) / (to - from)
}
