import { MizzenError } from '@mizzen/base'
import type { QueryApi } from './query-api.ts'

/** One element of what an expression gives; a scalar is one without labels. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>
  /** NaN and infinities are possible. */
  readonly value: number
}

/**
 * Evaluates a PromQL expression at one time, for judgement: in our own history, or in the Prometheus that was given.
 * Throws MizzenError `query-failed` with the reason, `bad-query` where the expression is wrong for good.
 */
export type MetricQuery = (expression: string, atMs: number) => Promise<readonly MetricValue[]>

export function createMetricQuery(api: QueryApi): MetricQuery {
  return async (expression, atMs) => {
    const params = new URLSearchParams({ query: expression, time: String(atMs / 1_000) })
    const answer = await api.answer(['query'], params)
    return readAnswer(answer?.body ?? '')
  }
}

function readAnswer(body: string): readonly MetricValue[] {
  const { status, errorType, error, data } = parsed(body)
  if (status !== 'success') {
    const code = errorType === 'bad_data' ? 'bad-query' : 'query-failed'
    throw new MizzenError(code, typeof error === 'string' ? error : 'the query failed without a reason')
  }
  const { resultType, result } = (data ?? {}) as { resultType?: string; result?: unknown }
  if (resultType === 'scalar') return [{ labels: {}, value: pointValue(result) }]
  if (resultType !== 'vector' || !Array.isArray(result)) {
    throw new MizzenError('bad-query', `the expression gives a ${resultType}, where a vector or a scalar is needed`)
  }
  return result.map(({ metric, value }) => ({ labels: metric ?? {}, value: pointValue(value) }))
}

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch (error) {
    throw new MizzenError('query-failed', 'the answer is not JSON', { cause: error })
  }
}

/** Of `[time, "text"]`. */
function pointValue(point: unknown): number {
  const text = Array.isArray(point) ? String(point[1]) : 'NaN'
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(text)
}
