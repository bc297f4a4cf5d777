import { spawnSync } from 'node:child_process'

/** A step of an installation failed; the message is for the operator. */
export class ToolError extends Error {}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  /** The command is ended after this time; 10 minutes by default. */
  readonly timeoutMs?: number
}

/** @throws ToolError with the last lines of the output if the command cannot be run, fails, or takes too long. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): string {
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    env: options.env ?? process.env,
    timeout: options.timeoutMs ?? 600_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  })
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim()
  if (run.error !== undefined) throw new ToolError(`${command}: ${run.error.message}`)
  if (run.status === 0) return output
  const lastLines = output.split('\n').slice(-8).join('\n')
  throw new ToolError(`${[command, ...args].join(' ')} ended with ${run.status ?? run.signal}\n${lastLines}`)
}

/** Whether the command exists and ends with 0. */
export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).status === 0
}
