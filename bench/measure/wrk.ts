import { spawn } from 'node:child_process'
import { BenchError } from '../bench-error.ts'

export interface WrkResult {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface WrkJob {
  /** The binary. */
  readonly wrk: string
  readonly connections: number
  readonly seconds: number
  /** Ends the run. */
  readonly signal: AbortSignal
}

/** Runs wrk with one thread. @throws BenchError if any request failed: such a figure would say nothing */
export async function runWrk(url: string, job: WrkJob): Promise<WrkResult> {
  const output = await outputOf(job, [
    '-t1',
    `-c${job.connections}`,
    `-d${job.seconds}s`,
    '--latency',
    '--timeout',
    '10s',
    url,
  ])
  const bad = /Non-2xx.*|Socket errors.*/.exec(output)?.[0]
  if (bad !== undefined) throw new BenchError(`${url}: ${bad}`)
  const total = /(\d+) requests in ([\d.]+)(us|ms|s|m)/.exec(output)
  if (total === null) throw new BenchError(`wrk said nothing that can be read:\n${output}`)
  return {
    requests: Number(total[1]),
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

function outputOf(job: WrkJob, args: readonly string[]): Promise<string> {
  const child = spawn(job.wrk, args, { stdio: ['ignore', 'pipe', 'pipe'], signal: job.signal })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new BenchError(`wrk ended with ${code}:\n${output}`)),
    )
  })
}
