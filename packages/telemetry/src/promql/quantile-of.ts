/** PromQL's quantile of a set of values, interpolated between neighbours. NaN sorts first. */
export function quantileOf(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  const sorted = Float64Array.from(values).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : Number(a > b)))
  const position = q * (sorted.length - 1)
  const lower = Math.max(0, Math.floor(position))
  const upper = Math.min(sorted.length - 1, lower + 1)
  const weight = position - Math.floor(position)
  if (weight === 0) return sorted[lower]!
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight
}

function rank(value: number): number {
  return Number.isNaN(value) ? 0 : 1
}
