import type { Labels } from '../promql/labels.ts'
import type { QueryResult } from '../promql/value.ts'

/** A query's result as Prometheus' API writes it, to the letter. */
export function queryJson(result: QueryResult): string {
  return `{"resultType":"${result.type}","result":${resultJson(result)}}`
}

function resultJson(result: QueryResult): string {
  switch (result.type) {
    case 'scalar':
      return pointJson(result.atMs, result.value)
    case 'string':
      return `[${timeJson(result.atMs)},${JSON.stringify(result.value)}]`
    case 'vector':
      return listJson(result.samples, ({ labels, value }) => {
        return `{"metric":${labelsJson(labels)},"value":${pointJson(result.atMs, value)}}`
      })
    case 'matrix':
      return listJson(result.series, ({ labels, times, values }) => {
        const points = listJson(Array.from(times), (time, index) => pointJson(time, values[index]!))
        return `{"metric":${labelsJson(labels)},"values":${points}}`
      })
  }
}

export function labelsJson(labels: Labels): string {
  return `{${[...labels.values].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

export function listJson<Item>(items: readonly Item[], write: (item: Item, index: number) => string): string {
  return `[${items.map(write).join(',')}]`
}

function pointJson(atMs: number, value: number): string {
  return `[${timeJson(atMs)},"${numberText(value)}"]`
}

/** Seconds, with three digits of a second or none. */
function timeJson(ms: number): string {
  const sign = ms < 0 ? '-' : ''
  const size = Math.abs(ms)
  const rest = size % 1_000
  return sign + Math.floor(size / 1_000) + (rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`)
}

/** As Go's `FormatFloat(value, 'f' or 'e', -1, 64)`: exponents from 1e21 and below 1e-6, of two digits at least. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}
