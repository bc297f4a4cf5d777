/** Functions of each value by itself. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sgn: Math.sign,
  deg: (value) => (value * 180) / Math.PI,
  rad: (value) => (value * Math.PI) / 180,
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  cos: Math.cos,
  cosh: Math.cosh,
  sin: Math.sin,
  sinh: Math.sinh,
  tan: Math.tan,
  tanh: Math.tanh,
}

/** Functions of a time in seconds since the epoch, in UTC. */
export const DATE_FUNCTIONS: Readonly<Record<string, (seconds: number) => number>> = {
  days_in_month: (seconds) =>
    new Date(Date.UTC(dateOf(seconds).getUTCFullYear(), dateOf(seconds).getUTCMonth() + 1, 0)).getUTCDate(),
  day_of_month: (seconds) => dateOf(seconds).getUTCDate(),
  day_of_week: (seconds) => dateOf(seconds).getUTCDay(),
  day_of_year: (seconds) => {
    const date = dateOf(seconds)
    const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
    return (midnight - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
  },
  hour: (seconds) => dateOf(seconds).getUTCHours(),
  minute: (seconds) => dateOf(seconds).getUTCMinutes(),
  month: (seconds) => dateOf(seconds).getUTCMonth() + 1,
  year: (seconds) => dateOf(seconds).getUTCFullYear(),
}

function dateOf(seconds: number): Date {
  return new Date(Math.trunc(seconds) * 1_000)
}

/** Rounds to the nearest multiple, halves up. */
export function roundTo(value: number, nearest: number): number {
  // Prometheus multiplies by the inverse: 0.1 is then rounded to what people expect.
  const inverse = 1 / nearest
  return Math.floor(value * inverse + 0.5) / inverse
}

/** As Go's math.Max and math.Min: what is not a number stays so. */
export function clampTo(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
