import { resolve } from 'node:path'
import type { LoadResult } from './load-result.ts'
import { runClient } from './run-client.ts'

const CLIENT = resolve(import.meta.dirname, 'paced-client.ts')

export interface PacedJob {
  readonly connections: number
  /** Requests per second in all. */
  readonly rate: number
  readonly seconds: number
  readonly signal: AbortSignal
}

/** HTTP/1.1 requests at a fixed rate, in a process of their own. @throws BenchError if any of them fails */
export async function runPaced(port: number, job: PacedJob): Promise<Required<LoadResult>> {
  const args = [port, job.connections, Math.max(1, Math.round(job.rate)), job.seconds].map(String)
  return JSON.parse(await runClient(process.execPath, [CLIENT, ...args], job.signal))
}
