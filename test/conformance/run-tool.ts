import { spawn } from 'node:child_process'

export interface ToolOutcome {
  /** Null if it was ended for taking too long. */
  readonly status: number | null
  readonly output: string
}

/** Runs a command to its end, or for so long. */
export function runTool(command: string, args: readonly string[], timeoutMs: number): Promise<ToolOutcome> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, output }))
  })
}
