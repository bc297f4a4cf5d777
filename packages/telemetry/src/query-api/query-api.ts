import { type Clock, MizzenError } from '@mizzen/base'
import type { MetricType } from '../exposition.ts'
import type { PromqlEngine, QueryOptions } from '../promql/engine.ts'
import type { QueryResult } from '../promql/value.ts'
import { type ApiAnswer, type ApiErrorType, failure, success } from './api-answer.ts'
import { answerLabels, answerLabelValues, answerMetadata, answerSeries } from './label-queries.ts'
import { queryJson } from './query-json.ts'
import { badParam, durationParam, limitParam, optionalDuration, timeParam } from './request-params.ts'
import type { SeriesCatalogue } from './series-catalogue.ts'
import { answerStatus } from './server-status.ts'

/** The part of Prometheus' HTTP API that reads. */
export interface QueryApi {
  /**
   * Answers a request; undefined where the API has nothing of that name.
   * @param path what follows `/api/v1/`, decoded: `['label', 'job', 'values']`
   * @param params of the query string and of a form together
   */
  answer(
    path: readonly string[],
    params: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<ApiAnswer | undefined> | undefined
}

export interface QueryApiOptions {
  readonly engine: PromqlEngine
  readonly catalogue: SeriesCatalogue
  /** Types of the metrics, by family. */
  readonly metricTypes: () => ReadonlyMap<string, MetricType>
  readonly clock: Clock
  readonly version: string
}

const MAX_POINTS = 11_000

export function createQueryApi(options: QueryApiOptions): QueryApi {
  return {
    answer(path, params, signal) {
      const handler = handlerOf(path, options)
      return handler === undefined ? undefined : guarded(() => handler(params, signal))
    },
  }
}

type Handler = (params: URLSearchParams, signal?: AbortSignal) => ApiAnswer | Promise<ApiAnswer>

function handlerOf(path: readonly string[], options: QueryApiOptions): Handler | undefined {
  const { engine, catalogue, clock } = options
  switch (path.length === 3 && path[0] === 'label' && path[2] === 'values' ? 'label values' : path.join('/')) {
    case 'query':
      return (params, signal) => instantQuery(engine, clock, params, signal)
    case 'query_range':
      return (params, signal) => rangeQuery(engine, params, signal)
    case 'series':
      return (params) => answerSeries(catalogue, params)
    case 'labels':
      return (params) => answerLabels(catalogue, params)
    case 'label values':
      return (params) => answerLabelValues(catalogue, path[1] ?? '', params)
    case 'metadata':
      return (params) => answerMetadata(options.metricTypes(), params)
  }
  const status = path[0] === 'status' && path.length === 2 ? answerStatus(path[1]!, options.version) : undefined
  return status === undefined ? undefined : () => status
}

async function instantQuery(engine: PromqlEngine, clock: Clock, params: URLSearchParams, signal?: AbortSignal) {
  const limit = limitParam(params)
  const atMs = timeParam(params, 'time', clock.now())
  const result = await engine.instant(params.get('query') ?? '', atMs, queryOptions(params, signal))
  return limited(result, limit)
}

async function rangeQuery(engine: PromqlEngine, params: URLSearchParams, signal?: AbortSignal) {
  const limit = limitParam(params)
  const startMs = timeParam(params, 'start')
  const endMs = timeParam(params, 'end')
  if (endMs < startMs) throw badParam('end', 'end timestamp must not be before start time')
  // Prometheus counts steps in milliseconds, too.
  const stepMs = Math.trunc(durationParam(params, 'step'))
  if (stepMs <= 0) {
    throw badParam('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer')
  }
  if (Math.trunc((endMs - startMs) / stepMs) > MAX_POINTS) {
    throw new MizzenError(
      'bad-parameter',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  }
  const times = { startMs, endMs, stepMs }
  return limited(await engine.range(params.get('query') ?? '', times, queryOptions(params, signal)), limit)
}

function queryOptions(params: URLSearchParams, signal: AbortSignal | undefined): QueryOptions {
  return {
    timeoutMs: optionalDuration(params, 'timeout'),
    lookbackMs: optionalDuration(params, 'lookback_delta'),
    signal,
  }
}

function limited(result: QueryResult, limit: number): ApiAnswer {
  const list = result.type === 'vector' ? result.samples : result.type === 'matrix' ? result.series : []
  if (limit === 0 || list.length <= limit) return success(queryJson(result))
  const cut =
    result.type === 'vector'
      ? { ...result, samples: result.samples.slice(0, limit) }
      : { ...result, series: (result as QueryResult & { type: 'matrix' }).series.slice(0, limit) }
  return success(queryJson(cut as QueryResult), ['results truncated due to limit'])
}

const ERROR_TYPES: Readonly<Record<string, ApiErrorType>> = {
  'bad-parameter': 'bad_data',
  'promql-syntax': 'bad_data',
  'promql-execution': 'execution',
  'promql-too-large': 'execution',
  'promql-timeout': 'timeout',
}

async function guarded(action: () => ApiAnswer | Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await action()
  } catch (error) {
    const type = error instanceof MizzenError ? ERROR_TYPES[error.code] : undefined
    if (type === undefined) throw error
    const { code, message } = error as MizzenError
    return failure(type, code === 'promql-syntax' ? `invalid parameter "query": ${message}` : message)
  }
}
