import { formatLabels, formatSample, type Labels } from './prometheus-text.ts'
import { ownerName, type Stat, statName } from './stat.ts'

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

/** Envoy's `{"stats":[{"name":…,"value":…}]}`. */
export function renderStatsJson(stats: readonly Stat[]): string {
  return JSON.stringify({ stats: sorted(stats).map((stat) => ({ name: statName(stat), value: stat.value })) })
}

/** Prometheus' text format, with Envoy's names: `envoy_cluster_upstream_rq_total{envoy_cluster_name="…"}`. */
export function renderStatsPrometheus(stats: readonly Stat[]): string {
  const families = new Map<string, { kind: Stat['kind']; lines: string }>()
  for (const stat of stats) {
    const { name, labels } = prometheusName(stat)
    const family = families.get(name) ?? { kind: stat.kind, lines: '' }
    families.set(name, { ...family, lines: family.lines + formatSample(name, formatLabels(labels), stat.value) })
  }
  return [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { kind, lines }]) => `# TYPE ${name} ${kind}\n${lines}`)
    .join('')
}

function prometheusName(stat: Stat): { name: string; labels: Labels } {
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
