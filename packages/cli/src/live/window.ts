import { MizzenError } from '@mizzen/base'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000 }
const LEAST_MS = 1_000
const MOST_MS = 120_000

/** Milliseconds of `10s` or `2m`. Throws MizzenError `usage`. */
export function windowMs(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})(s|m)$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? Number.NaN)
  if (ms >= LEAST_MS && ms <= MOST_MS) return ms
  throw new MizzenError('usage', `--window must be from 1s to 2m, and is ${JSON.stringify(text)}`)
}
