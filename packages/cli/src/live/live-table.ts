import type { Clock } from '@mizzen/base'
import type { Io } from '../io.ts'
import { untilAborted } from '../up/until-aborted.ts'

const ROUND_MS = 1_000
const HOME_AND_CLEAR = '\x1b[H\x1b[J'
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const NEW_SCREEN = '\x1b[?1049h'
const OLD_SCREEN = '\x1b[?1049l'

export interface LiveTable {
  readonly io: Io
  readonly clock: Clock
  readonly stop: AbortSignal
  /** What there is to show now. */
  readonly render: () => Promise<string>
}

/** Shows a table anew each second until `stop`: in place on a terminal, else one after the other. */
export async function showTable({ io, clock, stop, render }: LiveTable): Promise<void> {
  const inPlace = io.outIsTerminal
  if (inPlace) io.out(NEW_SCREEN + HIDE_CURSOR)
  try {
    while (!stop.aborted) {
      const text = await render()
      if (stop.aborted) return
      io.out(inPlace ? HOME_AND_CLEAR + clipped(text, io.columns()) : `${text}\n`)
      await untilAborted(stop, clock, ROUND_MS)
    }
  } finally {
    if (inPlace) io.out(SHOW_CURSOR + OLD_SCREEN)
  }
}

/** A line that wraps would shift all below it. */
function clipped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line))
    .join('\n')
}
