import type { Io } from '../io.ts'

const ERASE_LINE = '\r\x1b[2K'

/** What `up` says: lines that stay, and on a terminal one line below them that is written anew again and again. */
export interface Display {
  /** A line that stays. */
  readonly say: (line: string) => void
  /** Replaces the live line; without a terminal it is a line like others, so it is to come rarely. */
  readonly live: (line: string) => void
  /** Takes the live line away. */
  readonly clear: () => void
  /** Whether the live line can be rewritten. */
  readonly rewrites: boolean
}

/** @param write where it goes: standard output, or standard error where the output is data. */
export function createDisplay(io: Io, write: (text: string) => void, rewrites: boolean): Display {
  let current = ''
  const dim = (text: string) => (io.env.NO_COLOR === undefined ? `\x1b[2m${text}\x1b[22m` : text)
  if (!rewrites) {
    const say = (line: string) => write(`${line}\n`)
    return { say, live: say, clear: () => {}, rewrites }
  }
  return {
    say: (line) => write(`${current === '' ? '' : ERASE_LINE}${line}\n${current}`),
    live: (line) => {
      current = dim(line)
      write(ERASE_LINE + current)
    },
    clear: () => {
      if (current !== '') write(ERASE_LINE)
      current = ''
    },
    rewrites,
  }
}
