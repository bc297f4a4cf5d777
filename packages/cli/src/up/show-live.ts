import type { Clock } from '@mizzen/base'
import type { Display } from './display.ts'
import { liveLine } from './live-line.ts'
import type { Mesh } from './mesh.ts'
import type { ProblemWatch } from './problem-watch.ts'
import { untilAborted } from './until-aborted.ts'

export interface LiveSources {
  readonly mesh: Mesh
  readonly display: Display
  readonly problems: ProblemWatch
  readonly stop: AbortSignal
  readonly clock: Clock
  /** Width of the terminal. */
  readonly columns: () => number
}

const ROUND_MS = 1_000
/** Rounds between two live lines where they can't be rewritten. */
const PLAIN_ROUNDS = 10
const WINDOW_MS = 5_000

/** Shows what the mesh does and what is wrong with its directory, until `stop`. A control plane that is away is passed over. */
export async function showLive({ mesh, display, problems, stop, clock, columns }: LiveSources): Promise<void> {
  for (let round = 1; !stop.aborted; round += 1) {
    await untilAborted(stop, clock, ROUND_MS)
    if (stop.aborted) return
    const found = await mesh.client.problems().catch(() => undefined)
    if (found !== undefined) problems.update(found)
    if (!display.rewrites && round % PLAIN_ROUNDS !== 0) continue
    const signals = await mesh.client.signals(WINDOW_MS).catch(() => undefined)
    const width = display.rewrites ? columns() : Number.POSITIVE_INFINITY
    if (!stop.aborted)
      display.live(signals === undefined ? 'the control plane does not answer' : liveLine(signals, width))
  }
}
