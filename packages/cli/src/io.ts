import { isUtf8 } from 'node:buffer'
import { MizzenError } from '@mizzen/base'

/** What a command has of the world outside: its streams, its terminal, and the settings of its user. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Facts and results. */
  readonly out: (text: string) => void
  /** Errors, warnings and progress. */
  readonly err: (text: string) => void
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Width of the terminal, or 80 where nobody knows. */
  readonly columns: () => number
  readonly readStdin: () => Promise<string>
}

/** The streams of this process. */
export function processIo(env: Io['env']): Io {
  return {
    env,
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    // Some pseudo-terminals say 0.
    columns: () => process.stdout.columns || 80,
    readStdin,
  }
}

/** Objects are small: what is larger is not meant for us. */
const MAX_STDIN_BYTES = 64 * 1_024 * 1_024

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_STDIN_BYTES) throw new Error(`standard input is larger than ${MAX_STDIN_BYTES} bytes`)
    chunks.push(chunk)
  }
  const whole = Buffer.concat(chunks)
  if (isUtf8(whole)) return whole.toString('utf8')
  throw new MizzenError('not-utf8', 'standard input is not UTF-8 text')
}
