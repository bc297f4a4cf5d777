import { formatLabels, formatSample, type Labels } from './prometheus-text.ts'
import { type HistogramView, histogramSamples } from './render-histograms.ts'
import { ownerName, type Stat, type StatKey, statName } from './stat.ts'

/** What Envoy makes labels of (Envoy: well-known tag names). */
const OWNER_LABELS: Readonly<Record<string, string>> = {
  cluster: 'envoy_cluster_name',
  http: 'envoy_http_conn_manager_prefix',
  listener: 'envoy_listener_address',
  tcp: 'envoy_tcp_prefix',
}

/** Parts of names that are labels, too; what is left of the name is the family's. */
const NAME_LABELS: readonly { readonly pattern: RegExp; readonly label: string; readonly family: string }[] = [
  { pattern: /_rq_([1-5])xx$/, label: 'envoy_response_code_class', family: '_rq_xx' },
  { pattern: /_rq_(\d{3})$/, label: 'envoy_response_code', family: '_rq' },
  { pattern: /^worker_(\d+)\./, label: 'envoy_worker_id', family: 'worker_' },
  { pattern: /^ssl\.ciphers\.(.+)$/, label: 'envoy_ssl_cipher', family: 'ssl_ciphers' },
  { pattern: /^ssl\.versions\.(.+)$/, label: 'envoy_ssl_version', family: 'ssl_versions' },
  { pattern: /^ssl\.curves\.(.+)$/, label: 'envoy_ssl_curve', family: 'ssl_curves' },
  { pattern: /^ssl\.sigalgs\.(.+)$/, label: 'envoy_ssl_sigalg', family: 'ssl_sigalgs' },
]

/** `name: value`, one a line, sorted by name. */
export function renderStatsText(stats: readonly Stat[]): string {
  return sorted(stats)
    .map((stat) => `${statName(stat)}: ${stat.value}\n`)
    .join('')
}

/** Envoy's `{"stats":[{"name":…,"value":…},{"histograms":…}]}`. */
export function renderStatsJson(stats: readonly Stat[], histograms: object | null): string {
  const numbers = sorted(stats).map((stat) => ({ name: statName(stat), value: stat.value }))
  return JSON.stringify({ stats: histograms === null ? numbers : [...numbers, histograms] })
}

/** Prometheus' text format, with Envoy's names: `envoy_cluster_upstream_rq_total{envoy_cluster_name="…"}`. */
export function renderStatsPrometheus(stats: readonly Stat[]): string {
  return families(
    stats,
    ({ kind }) => kind,
    (name, labels, stat) => formatSample(name, labels, stat.value),
  )
}

/** As `renderStatsPrometheus`. @param summaries quantiles of the last interval instead of buckets */
export function renderHistogramsPrometheus(histograms: readonly HistogramView[], summaries: boolean): string {
  const kind = summaries ? 'summary' : 'histogram'
  return families(
    histograms,
    () => kind,
    (name, labels, one) => histogramSamples(name, labels, one, summaries),
  )
}

/** What has the same name in Prometheus stands together, families in the order of their names. */
function families<T extends StatKey>(
  all: readonly T[],
  kindOf: (one: T) => string,
  samples: (name: string, labels: string, one: T) => string,
): string {
  const found = new Map<string, { kind: string; lines: string }>()
  for (const one of all) {
    const { name, labels } = prometheusName(one)
    const family = found.get(name) ?? { kind: kindOf(one), lines: '' }
    found.set(name, { ...family, lines: family.lines + samples(name, formatLabels(labels), one) })
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { kind, lines }]) => `# TYPE ${name} ${kind}\n${lines}`)
    .join('')
}

function prometheusName(stat: StatKey): { name: string; labels: Labels } {
  const labels: (readonly [string, string])[] = []
  let bare = stat.name
  for (const { pattern, label, family } of NAME_LABELS) {
    bare = bare.replace(pattern, (_, value: string) => {
      labels.push([label, value])
      return family
    })
  }
  const ownerLabel = OWNER_LABELS[stat.scope]
  if (ownerLabel !== undefined && stat.owner !== '') labels.push([ownerLabel, ownerName(stat)])
  const parts = ['envoy', stat.scope, ownerLabel === undefined ? stat.owner : '', bare].filter((part) => part !== '')
  return { name: parts.join('_').replaceAll(/[^a-zA-Z0-9_]/g, '_'), labels }
}

function sorted(stats: readonly Stat[]): readonly Stat[] {
  return stats.toSorted((a, b) => (statName(a) < statName(b) ? -1 : 1))
}
