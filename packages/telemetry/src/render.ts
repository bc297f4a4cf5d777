import type { Labels } from './label-set.ts'
import type { Exemplar, MergedSeries } from './merged-series.ts'

type Types = ReadonlyMap<string, 'counter' | 'histogram'>

/** Prometheus' text format 0.0.4 of `series`, which must stand grouped by family. */
export function renderPrometheus(series: Iterable<MergedSeries>, types: Types): string {
  return render(series, types, (family, type) => `# TYPE ${family} ${type}\n`, false)
}

/**
 * OpenMetrics' text format 1.0, with exemplars, without `# EOF`.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function renderOpenMetrics(series: Iterable<MergedSeries>, types: Types): string {
  return render(series, types, (family, type) => `# TYPE ${family.replace(/_total$/, '')} ${type}\n`, true)
}

function render(
  all: Iterable<MergedSeries>,
  types: Types,
  heading: (family: string, type: string) => string,
  exemplars: boolean,
): string {
  const lines: string[] = []
  let family = ''
  for (const series of all) {
    const own = types.has(series.name) ? series.name : series.name.replace(/_(bucket|sum|count)$/, '')
    if (own !== family) lines.push(heading(own, types.get(own) ?? 'untyped'))
    family = own
    const example = exemplars && series.exemplar !== undefined ? renderExemplar(series.exemplar) : ''
    lines.push(`${series.name}${renderLabels(series.labels)} ${renderValue(series.value)}${example}\n`)
  }
  return lines.join('')
}

function renderLabels(labels: Labels): string {
  const pairs = Object.keys(labels).map((name) => `${name}="${escaped(labels[name] as string)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function renderExemplar({ labels, value, atMs }: Exemplar): string {
  return ` # ${renderLabels(labels) || '{}'} ${renderValue(value)} ${atMs / 1_000}`
}

function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n') : value
}
