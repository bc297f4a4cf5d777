import { formatError } from '@mizzen/base'
import { compileSearch } from '../route/regex.ts'
import { renderStatsJson, renderStatsPrometheus, renderStatsText } from '../telemetry/render-stats.ts'
import { type Stat, statName } from '../telemetry/stat.ts'
import type { AdminRequest, AdminResponse } from './http-server.ts'
import { textPage } from './pages.ts'

export interface StatsSubject {
  stats(): Promise<readonly Stat[]>
  /** Istio's metrics in Prometheus' text format. */
  istioMetrics(): Promise<string>
}

/** Envoy's words for kinds of statistics; histograms and texts there are none of. */
const KINDS: Readonly<Record<string, readonly Stat['kind'][]>> = {
  all: ['counter', 'gauge'],
  counters: ['counter'],
  gauges: ['gauge'],
  histograms: [],
  textreadouts: [],
}

/** Envoy's `/stats`: `format`, and what `select` takes. */
export async function statsPage(subject: StatsSubject, request: AdminRequest): Promise<AdminResponse> {
  const { query } = request
  const format = query.get('format') ?? 'text'
  if (format === 'prometheus') return prometheusPage(subject, request)
  if (format !== 'json' && format !== 'text') return textPage('usage: /stats?format=(json|prometheus|text)\n\n', 400)
  const selected = select(await subject.stats(), query)
  if (typeof selected === 'string') return textPage(selected, 400)
  if (format === 'text') return textPage(renderStatsText(selected))
  return { status: 200, contentType: 'application/json', body: renderStatsJson(selected) }
}

/** Envoy's `/stats/prometheus`, with Istio's metrics. */
export async function prometheusPage(subject: StatsSubject, { query }: AdminRequest): Promise<AdminResponse> {
  const selected = select(await subject.stats(), query)
  if (typeof selected === 'string') return textPage(selected, 400)
  return textPage((await subject.istioMetrics()) + renderStatsPrometheus(selected))
}

/** `filter` (a regular expression over names), `type` and `usedonly`; a text says what is wrong with the query. */
function select(all: readonly Stat[], query: URLSearchParams): readonly Stat[] | string {
  const kinds = KINDS[(query.get('type') ?? 'all').toLowerCase()]
  if (kinds === undefined) return 'usage: /stats?type=(All|Counters|Gauges|Histograms|TextReadouts)\n\n'
  const filter = query.get('filter') ?? ''
  try {
    const matches = filter === '' ? () => true : compileSearch(filter, 'filter')
    const usedOnly = query.has('usedonly')
    return all.filter((stat) => kinds.includes(stat.kind) && (!usedOnly || stat.value !== 0) && matches(statName(stat)))
  } catch (error) {
    return `${formatError(error)}\n`
  }
}
