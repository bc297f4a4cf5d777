import type { Memory } from '../measure/process-tree.ts'
import { median, medianRatio } from '../measure/statistics.ts'

/** `plain`: no access log, no Istio metrics. `observed`: both on. */
export type Mode = 'plain' | 'observed'

/** What was measured of one contender in one mode; one value a run. */
export interface Samples {
  readonly name: string
  /** Memory of a fresh process without traffic. */
  atRest: Memory
  readonly cpuMicros: number[]
  readonly requestsPerSecond: number[]
  readonly p50Ms: number[]
  readonly p99Ms: number[]
}

export interface Row {
  readonly mode: Mode
  readonly name: string
  /** CPU of the proxy per proxied request, microseconds. */
  readonly cpuMicros: number
  /** To Envoy's CPU in the same run; null without Envoy. */
  readonly cpuRatio: number | null
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Resident memory at rest. */
  readonly restMiB: number
  /** Of that, what no file stands behind. */
  readonly restAnonymousMiB: number
  /** Resident, to Envoy's memory at rest; null without Envoy. */
  readonly restRatio: number | null
  readonly runs: number
}

const BASE = 'envoy'

export function rows(results: ReadonlyMap<Mode, readonly Samples[]>): Row[] {
  return [...results].flatMap(([mode, contenders]) => {
    const base = contenders.find(({ name }) => name === BASE)
    return contenders.map((samples) => row(mode, samples, base))
  })
}

function row(mode: Mode, samples: Samples, base: Samples | undefined): Row {
  return {
    mode,
    name: samples.name,
    cpuMicros: median(samples.cpuMicros),
    cpuRatio: base === undefined ? null : medianRatio(samples.cpuMicros, base.cpuMicros),
    requestsPerSecond: median(samples.requestsPerSecond),
    p50Ms: median(samples.p50Ms),
    p99Ms: median(samples.p99Ms),
    restMiB: samples.atRest.resident / 2 ** 20,
    restAnonymousMiB: samples.atRest.anonymous / 2 ** 20,
    restRatio: base === undefined ? null : samples.atRest.resident / base.atRest.resident,
    runs: samples.cpuMicros.length,
  }
}

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string])[] = [
  ['mode', (row) => row.mode],
  ['proxy', (row) => row.name],
  ['CPU µs/request', (row) => row.cpuMicros.toFixed(1)],
  ['to Envoy', (row) => ratio(row.cpuRatio)],
  ['requests/s', (row) => row.requestsPerSecond.toFixed(0)],
  ['p50 ms', (row) => row.p50Ms.toFixed(2)],
  ['p99 ms', (row) => row.p99Ms.toFixed(2)],
  ['MiB at rest', (row) => row.restMiB.toFixed(1)],
  ['to Envoy', (row) => ratio(row.restRatio)],
  ['anonymous', (row) => row.restAnonymousMiB.toFixed(1)],
]

/** A table for people: text left, figures right. */
export function table(all: readonly Row[]): string {
  const lines = [COLUMNS.map(([title]) => title), ...all.map((row) => COLUMNS.map(([, cell]) => cell(row)))]
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)))
  const pad = (text: string, column: number) =>
    column < 2 ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number)
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(2)
}
