import type { Cursor } from './cursor.ts'
import { durationMs } from './duration.ts'

const WORD_NUMBER = /(?:inf|nan)(?![\w:])/iy
const HEX = /0[xX][0-9a-fA-F]+/y
const DECIMAL = /(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const DURATION = /(?:\d+(?:ms|[smhdwy]))+/y
const WORD_CHARACTER = /[\w.]/y
const BACKQUOTED = /`[^`]*`/y
const DOUBLE_QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y
const SINGLE_QUOTED = /'(?:[^'\\\n]|\\[^\n])*'/y
const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** A number as PromQL writes it; a duration counts as its seconds. Undefined if none stands here. */
export function takeNumber(cursor: Cursor): number | undefined {
  const word = cursor.take(WORD_NUMBER)
  if (word !== undefined) return word.toLowerCase() === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN
  const duration = takeWritten(cursor, DURATION)
  if (duration !== undefined) return parsedDuration(cursor, duration) / 1_000
  const number = takeWritten(cursor, HEX) ?? takeWritten(cursor, DECIMAL)
  if (number !== undefined) return Number(number.replaceAll('_', ''))
  const junk = cursor.look(/\d[\w.]*/y)
  if (junk !== undefined) cursor.fail(`bad number or duration syntax: ${JSON.stringify(junk)}`)
  return undefined
}

/** A duration in milliseconds, written as `1h30m` or as a number of seconds. */
export function takeDuration(cursor: Cursor, context: string): number {
  const at = cursor.position
  const seconds = takeNumber(cursor)
  if (seconds === undefined) cursor.fail(`unexpected ${cursor.describe()} in ${context}, expected number or duration`)
  const ms = Math.trunc(Math.round(seconds * 1e9) / 1e6)
  if (!(Math.abs(ms) < 2 ** 53)) cursor.fail('duration out of range', at)
  return ms
}

/** Undefined if no string stands here. */
export function takeString(cursor: Cursor): string | undefined {
  const raw = cursor.take(BACKQUOTED)
  if (raw !== undefined) return raw.slice(1, -1)
  const at = cursor.position
  const quoted = cursor.take(DOUBLE_QUOTED) ?? cursor.take(SINGLE_QUOTED)
  if (quoted !== undefined) return unescaped(cursor, quoted.slice(1, -1), at)
  if (cursor.look(/["'`]/y) !== undefined) cursor.fail('unterminated quoted string')
  return undefined
}

/** What `pattern` matches, unless a word goes on after it: `5mm` is not five minutes. */
function takeWritten(cursor: Cursor, pattern: RegExp): string | undefined {
  const found = cursor.look(pattern)
  if (found === undefined) return undefined
  WORD_CHARACTER.lastIndex = cursor.position + found.length
  if (WORD_CHARACTER.test(cursor.text)) return undefined
  cursor.moveTo(cursor.position + found.length)
  return found
}

function parsedDuration(cursor: Cursor, text: string): number {
  const ms = durationMs(text)
  if (ms === undefined) cursor.fail(`not a valid duration string: ${JSON.stringify(text)}`)
  return ms
}

function unescaped(cursor: Cursor, text: string, at: number): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (sequence) => {
    const body = sequence.slice(1)
    const simple = SIMPLE_ESCAPES[body]
    if (simple !== undefined) return simple
    const code = /^[0-7]/.test(body) ? Number.parseInt(body, 8) : Number.parseInt(body.slice(1), 16)
    const isCode = /^(?:[0-7]{3}|[xuU][0-9a-fA-F]+)$/.test(body) && code <= 0x10ffff
    // Octal and \x write bytes: those beyond ASCII would be a part of a character.
    const isByte = !/^[uU]/.test(body) && code > 0x7f
    if (!isCode || isByte) cursor.fail('unknown escape sequence in string', at)
    return String.fromCodePoint(code)
  })
}
