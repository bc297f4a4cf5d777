import { MizzenError } from '@mizzen/base'

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
}
const PART = /(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)/y
/** Go keeps nanoseconds in 64 bits: about 292 years. */
const LARGEST_MS = 2 ** 63 / 1e6

/** Milliseconds, or undefined for what isn't a duration. */
export function readDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const from = /^[+-]/.test(text) ? 1 : 0
  if (text.slice(from) === '0') return 0
  PART.lastIndex = from
  let totalMs = 0
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text)
    if (part === null) return undefined
    totalMs += Number(part[1]) * UNIT_MS[part[2]!]!
  }
  return text.length === from || totalMs > LARGEST_MS ? undefined : sign * totalMs
}

/**
 * Milliseconds in a duration as Istio writes it (Go's time.ParseDuration): numbers with the units h, m, s, ms, us, ns, as
 * in `1h30m`, `1.5s`, `-2ms`; `0` needs none. Throws MizzenError `bad-duration`.
 */
export function parseDuration(text: string): number {
  const ms = readDuration(text)
  if (ms !== undefined) return ms
  throw new MizzenError('bad-duration', `"${text}" is not a duration`, { hint: DURATION_HINT })
}

/** The same as a pattern, for editors and CRDs. */
export const DURATION_PATTERN = '^[+-]?(0|([0-9]+\\.?[0-9]*|\\.[0-9]+)(h|ms|m|s|us|µs|μs|ns))+$'

export const DURATION_HINT = 'write a number with a unit (h, m, s, ms, us, ns), as 1h30m, 5s or 100ms'

/** The shortest exact form that `parseDuration` reads back: `1h30m`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const sign = ms < 0 ? '-' : ''
  const size = Math.abs(ms)
  if (size < 1) return `${sign}${Number((size * 1e6).toFixed(0))}ns`
  if (size < 1_000) return `${sign}${Number(size.toFixed(6))}ms`
  const hours = Math.floor(size / UNIT_MS.h!)
  const minutes = Math.floor((size % UNIT_MS.h!) / UNIT_MS.m!)
  const seconds = Number(((size % UNIT_MS.m!) / 1_000).toFixed(9))
  return sign + (hours > 0 ? `${hours}h` : '') + (minutes > 0 ? `${minutes}m` : '') + (seconds > 0 ? `${seconds}s` : '')
}
