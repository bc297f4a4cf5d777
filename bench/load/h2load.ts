import { BenchError } from '../bench-error.ts'
import type { LoadResult } from './load-result.ts'
import { runClient } from './run-client.ts'

export interface H2loadJob {
  /** The binary. */
  readonly h2load: string
  readonly protocol: 'h2c' | 'http/1.1'
  readonly connections: number
  /** Requests in flight on each connection. */
  readonly streams: number
  /** How long, or how many requests in all. */
  readonly amount: { readonly seconds: number } | { readonly requests: number }
  readonly headers?: readonly string[]
  /** A file that is the body of a POST; GET by default. */
  readonly data?: string
  /** Ends the run. */
  readonly signal: AbortSignal
}

/** Runs h2load with one thread. @throws BenchError if any request failed */
export async function runH2load(url: string, job: H2loadJob): Promise<LoadResult> {
  const output = await runClient(job.h2load, [...h2loadArguments(job), url], job.signal)
  const { done, failed, seconds } = readH2load(output)
  if (failed > 0 || done === 0) throw new BenchError(`${url}: ${done} requests done, ${failed} failed\n${output}`)
  return { count: done, seconds }
}

function h2loadArguments(job: H2loadJob): string[] {
  return [
    '-t1',
    `-c${job.connections}`,
    `-m${job.streams}`,
    '-p',
    job.protocol,
    ...('seconds' in job.amount ? [`-D${job.amount.seconds}`] : [`-n${job.amount.requests}`]),
    ...(job.headers ?? []).flatMap((header) => ['-H', header]),
    ...(job.data === undefined ? [] : ['-d', job.data]),
  ]
}

/** What h2load's closing lines say. @throws BenchError if they cannot be read */
export function readH2load(output: string): { done: number; failed: number; seconds: number } {
  const time = /finished in ([\d.]+)(us|ms|s),/.exec(output)
  const counts =
    /requests: \d+ total, \d+ started, (\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/.exec(
      output,
    )
  if (time === null || counts === null) throw new BenchError(`h2load said nothing that can be read:\n${output}`)
  const [done, failed, errored, timeout] = counts.slice(1).map(Number) as [number, number, number, number]
  const unit = { us: 1e-6, ms: 1e-3, s: 1 }[time[2] as 'us' | 'ms' | 's']
  return { done, failed: Math.max(failed, errored, timeout), seconds: Number(time[1]) * unit }
}
