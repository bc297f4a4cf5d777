import { MizzenError } from '@mizzen/base'
import type { MetricType } from '../exposition.ts'
import { compareLabels, compareText, type Labels } from '../promql/labels.ts'
import { type ApiAnswer, success } from './api-answer.ts'
import { matcherSets } from './matcher-sets.ts'
import { labelsJson, listJson } from './query-json.ts'
import { limitParam, timeParam } from './request-params.ts'
import type { SeriesCatalogue } from './series-catalogue.ts'

const EVER = Number.MAX_SAFE_INTEGER

/** `/series` */
export function answerSeries(catalogue: SeriesCatalogue, params: URLSearchParams): ApiAnswer {
  if (!params.has('match[]')) throw new MizzenError('bad-parameter', 'no match[] parameter provided')
  const sets = [...found(catalogue, params)].sort(compareLabels)
  return limited(sets, limitParam(params), labelsJson)
}

/** `/labels` */
export function answerLabels(catalogue: SeriesCatalogue, params: URLSearchParams): ApiAnswer {
  const names = new Set<string>()
  for (const { values } of found(catalogue, params)) for (const name of values.keys()) names.add(name)
  return limited([...names].sort(compareText), limitParam(params), JSON.stringify)
}

/** `/label/NAME/values` */
export function answerLabelValues(catalogue: SeriesCatalogue, name: string, params: URLSearchParams): ApiAnswer {
  if (name === '') throw new MizzenError('bad-parameter', `invalid label name: ${JSON.stringify(name)}`)
  const values = new Set<string>()
  for (const labels of found(catalogue, params)) {
    const value = labels.values.get(name)
    if (value !== undefined) values.add(value)
  }
  return limited([...values].sort(compareText), limitParam(params), JSON.stringify)
}

/** `/metadata` */
export function answerMetadata(types: ReadonlyMap<string, MetricType>, params: URLSearchParams): ApiAnswer {
  const wanted = params.get('metric') ?? ''
  const limit = limitParam(params)
  const metrics = [...types].filter(([name]) => wanted === '' || name === wanted)
  const shown = limit === 0 ? metrics : metrics.slice(0, limit)
  const entries = shown.map(([name, type]) => {
    const known = type === 'untyped' ? 'unknown' : type
    return [name, [{ type: known, help: '', unit: '' }]] as const
  })
  return success(JSON.stringify(Object.fromEntries(entries)))
}

/** Each label set once. */
function found(catalogue: SeriesCatalogue, params: URLSearchParams): Iterable<Labels> {
  const startMs = timeParam(params, 'start', -EVER)
  const endMs = timeParam(params, 'end', EVER)
  const sets = matcherSets(params)
  const byKey = new Map<string, Labels>()
  for (const matchers of sets.length === 0 ? [[]] : sets) {
    // The start counts, too.
    for (const labels of catalogue.labelSets(matchers, startMs - 1, endMs)) byKey.set(labels.key, labels)
  }
  return byKey.values()
}

function limited<Item>(items: readonly Item[], limit: number, write: (item: Item) => string): ApiAnswer {
  if (limit === 0 || items.length <= limit) return success(listJson(items, (item) => write(item)))
  const cut = items.slice(0, limit)
  return success(
    listJson(cut, (item) => write(item)),
    ['results truncated due to limit'],
  )
}
