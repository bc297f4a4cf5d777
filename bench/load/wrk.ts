import { BenchError } from '../bench-error.ts'
import type { LoadResult } from './load-result.ts'
import { runClient } from './run-client.ts'

export interface WrkJob {
  /** The binary. */
  readonly wrk: string
  readonly connections: number
  readonly seconds: number
  readonly headers?: readonly string[]
  /** A file with a script that makes the requests. */
  readonly script?: string
  /** Ends the run. */
  readonly signal: AbortSignal
}

/** Runs wrk with one thread. @throws BenchError if any request failed: such a figure would say nothing */
export async function runWrk(url: string, job: WrkJob): Promise<LoadResult> {
  const fixed = ['-t1', `-c${job.connections}`, `-d${job.seconds}s`, '--latency', '--timeout', '10s']
  const headers = (job.headers ?? []).flatMap((header) => ['-H', header])
  const script = job.script === undefined ? [] : ['-s', job.script]
  const output = await runClient(job.wrk, [...fixed, ...headers, ...script, url], job.signal)
  const bad = /Non-2xx.*|Socket errors.*/.exec(output)?.[0]
  if (bad !== undefined) throw new BenchError(`${url}: ${bad}`)
  const total = /(\d+) requests in ([\d.]+)(us|ms|s|m)/.exec(output)
  if (total === null || total[1] === '0') throw new BenchError(`${url}: no request was answered\n${output}`)
  return {
    count: Number(total[1]),
    seconds: milliseconds(total[2] as string, total[3] as string) / 1000,
    p50Ms: percentile(output, 50),
    p99Ms: percentile(output, 99),
  }
}

function percentile(output: string, percent: number): number {
  const match = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)`, 'm').exec(output)
  if (match === null) throw new BenchError(`wrk printed no ${percent}th percentile:\n${output}`)
  return milliseconds(match[1] as string, match[2] as string)
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function milliseconds(value: string, unit: string): number {
  return Number(value) * (UNIT_MS[unit] as number)
}
