import { runCli } from '../src/run.ts'
import type { Outcome, RunOptions } from './run-mizzen.ts'

/** Runs a command line in this process: no program has to start for it. */
export async function runCommand(args: readonly string[], options: Omit<RunOptions, 'node'> = {}): Promise<Outcome> {
  const { env = {}, cwd = process.cwd(), stdin = '' } = options
  const written = { out: '', err: '' }
  const status = await runCli(args, {
    ...{ env, cwd },
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    outIsTerminal: false,
    errIsTerminal: false,
    columns: () => 80,
    readStdin: async () => stdin,
  })
  return { status, ...written }
}
