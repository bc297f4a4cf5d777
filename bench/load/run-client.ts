import { spawn } from 'node:child_process'
import { BenchError } from '../bench-error.ts'

/** Runs a load client to its end. @returns what it printed @throws BenchError if it fails */
export function runClient(command: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new BenchError(`${command} ended with ${code}:\n${output}`)),
    )
  })
}
