import { MizzenError } from '@mizzen/base'

/** Turns wall time (ms since the epoch) into text. */
export type TimeFormatter = (epochMs: number) => string

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** strftime's conversions as far as they name a moment, and Envoy's fractions (`%3f`, `%E3S`); always UTC. */
const CONVERSIONS: Readonly<Record<string, (time: Date) => string>> = {
  Y: (time) => pad(time.getUTCFullYear(), 4),
  y: (time) => pad(time.getUTCFullYear() % 100, 2),
  m: (time) => pad(time.getUTCMonth() + 1, 2),
  d: (time) => pad(time.getUTCDate(), 2),
  e: (time) => String(time.getUTCDate()).padStart(2, ' '),
  H: (time) => pad(time.getUTCHours(), 2),
  I: (time) => pad(((time.getUTCHours() + 11) % 12) + 1, 2),
  M: (time) => pad(time.getUTCMinutes(), 2),
  S: (time) => pad(time.getUTCSeconds(), 2),
  p: (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  a: (time) => DAYS[time.getUTCDay()] as string,
  b: (time) => MONTHS[time.getUTCMonth()] as string,
  h: (time) => MONTHS[time.getUTCMonth()] as string,
  j: (time) => pad(dayOfYear(time), 3),
  F: (time) => time.toISOString().slice(0, 10),
  T: (time) => time.toISOString().slice(11, 19),
  D: (time) => `${pad(time.getUTCMonth() + 1, 2)}/${pad(time.getUTCDate(), 2)}/${pad(time.getUTCFullYear() % 100, 2)}`,
  R: (time) => time.toISOString().slice(11, 16),
  s: (time) => String(Math.floor(time.getTime() / 1000)),
  f: (time) => pad(time.getUTCMilliseconds(), 3).padEnd(9, '0'),
  z: () => '+0000',
  Z: () => 'UTC',
  n: () => '\n',
  t: () => '\t',
}

/**
 * Compiles a time format. Without one it is ISO 8601 in UTC with milliseconds, as in Envoy.
 * Throws MizzenError `bad-format` for a conversion that is not known.
 */
export function compileTimeFormat(format: string | undefined, path: string): TimeFormatter {
  if (format === undefined || format === '') return remembered((time) => new Date(time).toISOString())
  const parts = [...format.matchAll(/%(?:(\d)f|E(\d|\*)?([Sfz])|(.))|[^%]+|%$/g)].map(
    ([whole, digits, precise, extended, plain]) => {
      if (digits !== undefined) return fraction(Number(digits))
      if (extended !== undefined) return extendedConversion(extended, precise)
      if (plain === '%') return () => '%'
      if (plain === undefined && whole !== '%') return () => whole
      const conversion = plain === undefined ? undefined : CONVERSIONS[plain]
      if (conversion === undefined) throw new MizzenError('bad-format', `unknown time conversion "${whole}"`, { path })
      return conversion
    },
  )
  return remembered((time) => {
    const date = new Date(time)
    return parts.map((part) => part(date)).join('')
  })
}

/** Requests come several a millisecond: the last answer often serves again. */
function remembered(format: TimeFormatter): TimeFormatter {
  let lastTime = Number.NaN
  let lastText = ''
  return (epochMs) => {
    const time = Math.trunc(epochMs)
    if (time !== lastTime) {
      lastText = format(time)
      lastTime = time
    }
    return lastText
  }
}

/** `digits` of the second's fraction; the clock gives three, the rest is zeros. */
function fraction(digits: number): (time: Date) => string {
  return (time) => pad(time.getUTCMilliseconds(), 3).padEnd(9, '0').slice(0, digits)
}

/** `%E3S`, `%E*S`, `%Ez`, `%E3f`: the extensions of absl::FormatTime. */
function extendedConversion(conversion: string, precise: string | undefined): (time: Date) => string {
  if (conversion === 'z') return () => '+00:00'
  const part = fraction(precise === undefined || precise === '*' ? 3 : Number(precise))
  if (conversion === 'f') return part
  return (time) =>
    precise === undefined ? pad(time.getUTCSeconds(), 2) : `${pad(time.getUTCSeconds(), 2)}.${part(time)}`
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
