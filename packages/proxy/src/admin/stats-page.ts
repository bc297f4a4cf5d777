import { formatError } from '@mizzen/base'
import { compileSearch } from '../route/regex.ts'
import {
  type HistogramMode,
  type HistogramView,
  histogramsJson,
  renderHistogramsText,
} from '../telemetry/render-histograms.ts'
import {
  renderHistogramsPrometheus,
  renderStatsJson,
  renderStatsPrometheus,
  renderStatsText,
} from '../telemetry/render-stats.ts'
import { type Stat, type StatKey, statName } from '../telemetry/stat.ts'
import type { AdminRequest, AdminResponse } from './http-server.ts'
import { textPage } from './pages.ts'

export interface StatsSubject {
  stats(): Promise<readonly Stat[]>
  histograms(): Promise<readonly HistogramView[]>
  /** Istio's metrics in Prometheus' text format. */
  istioMetrics(): Promise<string>
}

/** Envoy's words for kinds of statistics; texts there are none of. */
const KINDS: Readonly<Record<string, readonly (Stat['kind'] | 'histogram')[]>> = {
  all: ['counter', 'gauge', 'histogram'],
  counters: ['counter'],
  gauges: ['gauge'],
  histograms: ['histogram'],
  textreadouts: [],
}

/** Envoy's words for what is told of histograms. */
const MODES: Readonly<Record<string, HistogramMode>> = {
  none: 'summary',
  summary: 'summary',
  cumulative: 'cumulative',
  disjoint: 'disjoint',
  detailed: 'detailed',
}
const NATIVE = 'prometheusnative'

interface Selection {
  readonly numbers: readonly Stat[]
  readonly histograms: readonly HistogramView[]
}

/** Envoy's `/stats`: `format`, `histogram_buckets`, and what `select` takes. */
export async function statsPage(subject: StatsSubject, request: AdminRequest): Promise<AdminResponse> {
  const { query } = request
  const format = query.get('format') ?? 'text'
  if (format === 'prometheus') return prometheusPage(subject, request)
  if (format !== 'json' && format !== 'text') return textPage('usage: /stats?format=(json|prometheus|text)\n\n', 400)
  const buckets = query.get('histogram_buckets') ?? 'none'
  if (buckets === NATIVE) return textPage('Invalid histogram_buckets type for non prometheus stats type', 400)
  const mode = modeOf(buckets)
  if (mode === undefined) return textPage(MODES_USAGE, 400)
  const selected = await select(subject, query)
  if (typeof selected === 'string') return textPage(selected, 400)
  const { numbers, histograms } = selected
  if (format === 'text') return textPage(renderStatsText(numbers) + renderHistogramsText(histograms, mode))
  const body = renderStatsJson(numbers, histogramsJson(histograms, mode))
  return { status: 200, contentType: 'application/json', body }
}

/** Envoy's `/stats/prometheus`, with Istio's metrics. */
export async function prometheusPage(subject: StatsSubject, { query }: AdminRequest): Promise<AdminResponse> {
  const buckets = query.get('histogram_buckets') ?? 'cumulative'
  if (buckets === NATIVE)
    return textPage(`unsupported ${NATIVE} histogram type when not using protobuf exposition format`, 400)
  const mode = modeOf(buckets)
  if (mode === undefined) return textPage(MODES_USAGE, 400)
  if (mode === 'disjoint' || mode === 'detailed') return textPage('unsupported prometheus histogram bucket mode', 400)
  const selected = await select(subject, query)
  if (typeof selected === 'string') return textPage(selected, 400)
  const { numbers, histograms } = selected
  const summaries = mode === 'summary' && buckets !== 'none'
  const own = renderStatsPrometheus(numbers) + renderHistogramsPrometheus(histograms, summaries)
  return textPage((await subject.istioMetrics()) + own)
}

const MODES_USAGE = `usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary|${NATIVE})\n`

function modeOf(buckets: string): HistogramMode | undefined {
  return Object.hasOwn(MODES, buckets) ? MODES[buckets] : undefined
}

/** `filter` (a regular expression over names), `type` and `usedonly`; a text says what is wrong with the query. */
async function select(subject: StatsSubject, query: URLSearchParams): Promise<Selection | string> {
  const type = (query.get('type') ?? 'all').toLowerCase()
  const kinds = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
  if (kinds === undefined) return 'usage: /stats?type=(All|Counters|Gauges|Histograms|TextReadouts)\n\n'
  const filter = query.get('filter') ?? ''
  const [numbers, histograms] = await Promise.all([subject.stats(), subject.histograms()])
  try {
    const matching = filter === '' ? () => true : compileSearch(filter, 'filter')
    const matches = (stat: StatKey) => matching(statName(stat))
    const usedOnly = query.has('usedonly')
    const isUsed = ({ bins }: HistogramView) => !usedOnly || bins.length > 0
    return {
      numbers: numbers.filter((stat) => kinds.includes(stat.kind) && (!usedOnly || stat.value !== 0) && matches(stat)),
      histograms: kinds.includes('histogram') ? histograms.filter((stat) => isUsed(stat) && matches(stat)) : [],
    }
  } catch (error) {
    return `${formatError(error)}\n`
  }
}
