import { MizzenError } from '@mizzen/base'
import { parseSeries, type Series } from './series.ts'

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped'
const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

export interface Sample {
  readonly series: Series
  readonly value: number
}

/** One scrape: the types of the families that it declares, and its samples in order. */
export interface Exposition {
  readonly types: ReadonlyMap<string, MetricType>
  readonly samples: readonly Sample[]
}

/**
 * Series texts that were parsed before. A proxy prints the same series each time, so all but the values is read once.
 * It starts anew when it holds `limit` texts.
 */
export class SeriesCache {
  readonly #known = new Map<string, Series>()
  readonly #limit: number

  constructor(limit = 200_000) {
    this.#limit = limit
  }

  get(text: string): Series {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= this.#limit) this.#known.clear()
    const parsed = parseSeries(text)
    this.#known.set(text, parsed)
    return parsed
  }
}

/**
 * Reads the Prometheus text format 0.0.4. Lines whose metric name does not start with `prefix` are passed over unread.
 * Throws MizzenError `bad-metrics` that names the line.
 */
export function parseExposition(text: string, prefix = '', cache = new SeriesCache()): Exposition {
  const types = new Map<string, MetricType>()
  const samples: Sample[] = []
  let lineNumber = 0
  for (const line of text.split('\n')) {
    lineNumber += 1
    if (line.startsWith('#')) readComment(line, prefix, types)
    else if (line !== '' && line.startsWith(prefix)) samples.push(readSample(line, lineNumber, cache))
  }
  return { types, samples }
}

/** The family that a series belongs to: histograms and summaries print theirs with a suffix. */
export function familyOf(name: string, types: ReadonlyMap<string, MetricType>): string {
  if (types.has(name)) return name
  const family = name.replace(/_(bucket|sum|count)$/, '')
  const type = types.get(family)
  return type === 'histogram' || type === 'summary' ? family : name
}

function readComment(line: string, prefix: string, types: Map<string, MetricType>): void {
  const [, word, name, type] = line.split(/[ \t]+/)
  if (word !== 'TYPE' || name === undefined || !name.startsWith(prefix)) return
  if (type !== undefined && TYPES.includes(type)) types.set(name, type as MetricType)
}

function readSample(line: string, lineNumber: number, cache: SeriesCache): Sample {
  try {
    const end = endOfSeries(line)
    const fields = line
      .slice(end)
      .trim()
      .split(/[ \t]+/)
    if (fields.length > 2) throw new MizzenError('bad-metrics', 'text after the timestamp')
    return { series: cache.get(line.slice(0, end)), value: parseValue(fields[0] ?? '') }
  } catch (error) {
    throw new MizzenError('bad-metrics', `line ${lineNumber}: ${(error as Error).message}`, { cause: error })
  }
}

/** A label's value may hold blanks and braces; after the last brace there are only numbers. */
function endOfSeries(line: string): number {
  const brace = line.lastIndexOf('}')
  if (brace !== -1) return brace + 1
  const blank = line.search(/[ \t]/)
  if (blank === -1) throw new MizzenError('bad-metrics', 'no value')
  return blank
}

function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  const value = Number(text)
  if (text === '' || Number.isNaN(value))
    throw new MizzenError('bad-metrics', `${JSON.stringify(text)} is not a number`)
  return value
}
