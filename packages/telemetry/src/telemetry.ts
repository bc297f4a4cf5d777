import { type Clock, formatError, type Logger } from '@mizzen/base'
import { CounterMerge, type Increment } from './counter-merge.ts'
import { parseExposition, SeriesCache } from './exposition.ts'
import { GoldenSignals, type VersionSignals } from './golden-signals.ts'
import { fetchText } from './http-text.ts'
import { renderExposition } from './render.ts'
import { Scraper, type ScrapeTarget } from './scraper.ts'

export interface TelemetryOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** The proxies of the moment; asked once a second. */
  readonly targets: () => readonly ScrapeTarget[]
  /** Default: an HTTP GET of at most 900 ms and 16 MiB. */
  readonly fetch?: (url: string) => Promise<string>
  /** Hears of everything that counted up, one call for each scrape of a proxy (but not the first of each). */
  readonly onIncrements?: (increments: readonly Increment[]) => void
}

export interface Telemetry {
  /** The `istio_*` metrics of all proxies, summed, in Prometheus text. */
  metricsText(): string
  /** Golden signals per version over the last `windowMs` (at most two minutes). */
  signals(windowMs: number): readonly VersionSignals[]
  close(): void
}

const INTERVAL_MS = 1_000
const LIMITS = { timeoutMs: 900, maxBytes: 16 * 1_024 * 1_024 }

/** Scrapes every proxy each second and keeps the sums and the recent past. Starts at once. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { clock, logger } = options
  const merge = new CounterMerge()
  const recent = new GoldenSignals()
  const cache = new SeriesCache()
  const unreachable = new Set<string>()
  let failures = 0
  const scraper = new Scraper({
    clock,
    intervalMs: INTERVAL_MS,
    maxConcurrent: 64,
    targets: options.targets,
    fetch: options.fetch ?? ((url) => fetchText(url, LIMITS)),
    onText: ({ proxy }, text) => {
      // Parsed as a whole before anything is added: a broken page adds nothing.
      const { first, increments } = merge.add(proxy, parseExposition(text, 'istio_', cache))
      if (first) recent.learn(increments)
      else {
        recent.record(clock.monotonic(), increments)
        options.onIncrements?.(increments)
      }
      unreachable.delete(proxy)
    },
    onError: ({ proxy }, error) => {
      failures += 1
      if (unreachable.has(proxy)) return
      if (unreachable.size > 1_000) unreachable.clear()
      unreachable.add(proxy)
      logger.debug('scrape failed', { proxy, error: formatError(error) })
    },
  })
  scraper.start()
  return {
    metricsText: () => renderExposition(merge.totals(), merge.types()) + ownMetrics(merge.droppedSamples, failures),
    signals: (windowMs) => recent.query(clock.monotonic(), windowMs),
    close: () => scraper.close(),
  }
}

function ownMetrics(droppedSamples: number, failures: number): string {
  return [
    '# HELP mizzen_telemetry_dropped_samples_total Samples left out because there are too many series.',
    '# TYPE mizzen_telemetry_dropped_samples_total counter',
    `mizzen_telemetry_dropped_samples_total ${droppedSamples}`,
    '# HELP mizzen_telemetry_scrape_failures_total Scrapes of proxies that failed.',
    '# TYPE mizzen_telemetry_scrape_failures_total counter',
    `mizzen_telemetry_scrape_failures_total ${failures}`,
    '',
  ].join('\n')
}
