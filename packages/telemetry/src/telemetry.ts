import { type Clock, formatError, type Logger } from '@mizzen/base'
import { every } from './every.ts'
import { type MetricType, parseExposition, SeriesCache } from './exposition.ts'
import { type TrafficSignals, trafficSignals, type VersionSignals, versionSignals } from './golden-signals.ts'
import { fetchText } from './http-text.ts'
import { DerivedMetrics } from './ingest/derived-metrics.ts'
import { LOG_METHOD, LogService } from './ingest/log-service.ts'
import type { PodAt } from './ingest/logged-call.ts'
import { MetricsReader } from './ingest/metrics-reader.ts'
import { METRICS_METHOD, MetricsService } from './ingest/metrics-service.ts'
import type { StreamCall } from './ingest/stream-call.ts'
import type { RequestFilter } from './log-stream/request-filter.ts'
import { RequestLog } from './log-stream/request-log.ts'
import type { FailureQuery, LoggedRequest } from './logged-request.ts'
import { MergeTable } from './merge-table.ts'
import type { SeriesHistory } from './merged-series.ts'
import { toOpenMetrics } from './open-metrics.ts'
import { ownMetrics } from './own-metrics.ts'
import { renderOpenMetrics, renderPrometheus } from './render.ts'
import { ScrapedCounters } from './scraped-counters.ts'
import { Scraper, type ScrapeTarget } from './scraper.ts'
import { TrafficTable } from './traffic-table.ts'
import type { TrafficQuery, TrafficTotals } from './traffic-totals.ts'

export interface TelemetryOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** The proxies of the moment that do not stream; asked once a second. Those that stream are left out all the same. */
  readonly targets: () => readonly ScrapeTarget[]
  /** Default: an HTTP GET of at most 900 ms and 16 MiB. */
  readonly fetch?: (url: string) => Promise<string>
  /** Which Pod has an address. */
  readonly podAt?: PodAt
  /** Takes all series once a second. */
  readonly history?: SeriesHistory
}

export interface Telemetry {
  /** gRPC methods that take the streams of proxies, by path. */
  readonly methods: ReadonlyMap<string, (call: StreamCall) => void>
  /** The metrics of all proxies, summed, in Prometheus' text format 0.0.4, or in OpenMetrics' 1.0 (without its end). */
  metricsText(format?: 'prometheus' | 'openmetrics'): string
  /** Types of the metrics in `metricsText`, by family. */
  metricTypes(): ReadonlyMap<string, MetricType>
  /** Golden signals per version over the last `windowMs` (at most two minutes). */
  signals(windowMs: number): readonly VersionSignals[]
  /** Golden signals per workload and route, as callers and servers see them. */
  traffic(windowMs: number): readonly TrafficSignals[]
  /** What workloads were asked since the beginning, per route and in all: for those who look at differences. */
  totals(query: TrafficQuery): readonly TrafficTotals[]
  /** Goes up with each message or page of a proxy: while it stands still, nothing was heard of the mesh. */
  readonly updates: number
  /** Requests that failed, newest first. */
  failures(query: FailureQuery): readonly LoggedRequest[]
  /** Calls `listener` with each request that proxies log from now on; returns the call that ends it. */
  watchRequests(filter: RequestFilter, listener: (request: LoggedRequest) => void): () => void
  close(): void
}

const SCRAPE_MS = 1_000
const SLICE_MS = 500
const EXPIRE_MS = 60_000
const LIMITS = { timeoutMs: 900, maxBytes: 16 * 1_024 * 1_024 }

/** Takes in what proxies stream, scrapes those that do not, and keeps the sums and the recent past. Starts at once. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { clock, logger, podAt = () => undefined } = options
  const table = new TrafficTable()
  const merged = new MergeTable(table)
  const scraped = new ScrapedCounters(merged)
  const reader = new MetricsReader(merged)
  const requests = new RequestLog()
  const wasScraped = (proxy: string) => scraped.has(proxy)
  const metrics = new MetricsService({ reader, clock, logger, wasScraped })
  const logs = new LogService({ derived: new DerivedMetrics(merged), requests, clock, logger, podAt })
  const scrapes = startScraping(options, scraped, (proxy) => !metrics.has(proxy))
  const ends = [...keepTime(options, table, merged), () => scrapes.close()]
  const window = (windowMs: number) => ({ nowMs: clock.monotonic(), windowMs, sliceMs: SLICE_MS })
  const updates = () => scrapes.pages + metrics.messages + logs.entries
  const own = () =>
    ownMetrics({
      ...{ droppedSamples: merged.dropped, scrapeFailures: scrapes.failures, series: merged.size },
      ...{ metricStreams: metrics.streams, logStreams: logs.streams, loggedRequests: logs.entries },
      droppedTallies: table.dropped,
    })
  return {
    methods: new Map<string, (call: StreamCall) => void>([
      [METRICS_METHOD, (call) => metrics.accept(call)],
      [LOG_METHOD, (call) => logs.accept(call)],
    ]),
    metricsText: (format = 'prometheus') => {
      if (format === 'prometheus') return renderPrometheus(merged.series(), merged.types()) + own()
      return renderOpenMetrics(merged.series(), merged.types()) + toOpenMetrics(own())
    },
    metricTypes: () => merged.types(),
    signals: (windowMs) => versionSignals(table.all, window(windowMs)),
    traffic: (windowMs) => trafficSignals(table.all, window(windowMs)),
    totals: (query) => table.matching(query),
    get updates() {
      return updates()
    },
    failures: (query) => requests.failures(query),
    watchRequests: (filter, listener) => requests.watch(filter, listener),
    close: () => {
      for (const end of ends) end()
    },
  }
}

interface Scrapes {
  readonly pages: number
  readonly failures: number
  close(): void
}

function startScraping(
  { clock, logger, targets, fetch }: TelemetryOptions,
  scraped: ScrapedCounters,
  isWanted: (proxy: string) => boolean,
): Scrapes {
  const cache = new SeriesCache()
  let pages = 0
  let failures = 0
  const scraper = new Scraper({
    ...{ clock, intervalMs: SCRAPE_MS, maxConcurrent: 64 },
    targets: () => targets().filter(({ proxy }) => isWanted(proxy)),
    fetch: fetch ?? ((url) => fetchText(url, LIMITS)),
    onText: ({ proxy }, text) => {
      // Parsed as a whole before anything is added: a broken page adds nothing.
      const page = parseExposition(text, 'istio_', cache)
      if (!isWanted(proxy)) return
      scraped.add(proxy, page, clock.monotonic())
      pages += 1
    },
    onError: ({ proxy }, error, failuresInRow) => {
      failures += 1
      if (failuresInRow === 1) logger.debug('scrape failed', { proxy, error: formatError(error) })
    },
  })
  scraper.start()
  return {
    get pages() {
      return pages
    },
    get failures() {
      return failures
    },
    close: () => scraper.close(),
  }
}

/** Slices tallies twice a second, hands all series to the history each second, and forgets what is idle. Returns what ends it. */
function keepTime(
  { clock, history }: TelemetryOptions,
  table: TrafficTable,
  merged: MergeTable,
): readonly (() => void)[] {
  return [
    every(clock, SLICE_MS, () => table.slice(clock.monotonic())),
    every(clock, SCRAPE_MS, () => history?.record(clock.now(), merged.series())),
    every(clock, EXPIRE_MS, () => merged.expire(clock.monotonic())),
  ]
}
