import { familyOf, type MetricType } from './exposition.ts'
import type { Series } from './series.ts'

/**
 * Prometheus text format 0.0.4 of `totals`, which must stand grouped by family: one `# TYPE` line before each family's
 * samples.
 */
export function renderExposition(
  totals: Iterable<{ readonly series: Series; readonly value: number }>,
  types: ReadonlyMap<string, MetricType>,
): string {
  const lines: string[] = []
  let family = ''
  for (const { series, value } of totals) {
    const own = familyOf(series.name, types)
    if (own !== family) lines.push(`# TYPE ${own} ${types.get(own) ?? 'untyped'}`)
    family = own
    lines.push(`${series.key} ${renderValue(value)}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}
