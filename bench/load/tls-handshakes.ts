import { BenchError } from '../bench-error.ts'
import type { LoadResult } from './load-result.ts'
import { runClient } from './run-client.ts'

/** Each `openssl s_time` has one connection at a time. */
const CLIENTS = 4

export interface HandshakeJob {
  /** The binary. */
  readonly openssl: string
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Full TLS handshakes, one after the other in each of four clients; nothing is sent on the connections. */
export async function runHandshakes(port: number, job: HandshakeJob): Promise<LoadResult> {
  const args = ['s_time', '-new', '-connect', `127.0.0.1:${port}`, '-time', String(job.seconds)]
  const outputs = await Promise.all(Array.from({ length: CLIENTS }, () => runClient(job.openssl, args, job.signal)))
  return { count: outputs.reduce((total, output) => total + connectionsIn(output), 0), seconds: job.seconds }
}

function connectionsIn(output: string): number {
  const count = Number(/^(\d+) connections in [\d.]+ real seconds/m.exec(output)?.[1] ?? 0)
  if (count === 0) throw new BenchError(`openssl s_time made no connection:\n${output}`)
  return count
}
