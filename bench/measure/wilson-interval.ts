/** Of a normal distribution, both sides: 95 %. */
const Z = 1.96

/** Between which rates the true one lies, with 95 % confidence (Wilson's score interval). */
export function wilsonInterval(hits: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 }
  const rate = hits / trials
  const centre = rate + (Z * Z) / (2 * trials)
  const reach = Z * Math.sqrt((rate * (1 - rate)) / trials + (Z * Z) / (4 * trials * trials))
  const scale = 1 + (Z * Z) / trials
  return { low: Math.max(0, (centre - reach) / scale), high: Math.min(1, (centre + reach) / scale) }
}
