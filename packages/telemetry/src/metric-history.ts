import type { Clock, Logger } from '@mizzen/base'
import type { MetricType } from './exposition.ts'
import { History } from './history/history.ts'
import { keepHistory } from './history/keep-history.ts'
import type { SeriesHistory } from './merged-series.ts'
import { historyMetrics } from './own-metrics.ts'
import { createPromqlEngine } from './promql/engine.ts'
import { createMetricQuery, type MetricQuery } from './query-api/metric-query.ts'
import { createPrometheusClient } from './query-api/prometheus-client.ts'
import { createQueryApi, type QueryApi } from './query-api/query-api.ts'

export interface MetricHistoryOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Types of the metrics, by family. */
  readonly metricTypes: () => ReadonlyMap<string, MetricType>
  /** Of this program, for those who ask the API. */
  readonly version: string
  /** Where the 15 s history is kept over a restart; undefined: nowhere. */
  readonly file?: string
  /** A Prometheus that answers queries in place of the history here. */
  readonly prometheus?: URL
}

/** What was, and the ways to ask for it. */
export interface MetricHistory extends SeriesHistory {
  readonly api: QueryApi
  readonly query: MetricQuery
  /** What it says of itself, in Prometheus' text format. */
  metricsText(): string
  close(): void
}

/** The recent past of all series, asked in PromQL. With `prometheus`, nothing is kept here. */
export function openMetricHistory(options: MetricHistoryOptions): MetricHistory {
  const { clock, logger, metricTypes, version, file, prometheus } = options
  if (prometheus !== undefined) {
    const api = createPrometheusClient(prometheus)
    return { api, query: createMetricQuery(api), record: () => {}, metricsText: () => '', close: () => {} }
  }
  const history = new History({ logger })
  const kept = file === undefined ? undefined : keepHistory(history, { file, clock, logger })
  const engine = createPromqlEngine({ source: history, clock })
  const api = createQueryApi({ engine, catalogue: history, metricTypes, clock, version })
  return {
    api,
    query: createMetricQuery(api),
    record: (nowMs, series) => history.record(nowMs, series),
    metricsText: () => historyMetrics({ series: history.seriesCount, leftOut: history.leftOut, bytes: history.bytes }),
    close: () => kept?.close(),
  }
}
