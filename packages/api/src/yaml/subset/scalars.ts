import { OutsideSubset } from './outcome.ts'

const NUMBER = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** Where the rest of the core schema begins: words for numbers, other bases, times of other schemas. */
const UNUSUAL = /^[-+]?(?:\.(?:inf|Inf|INF|nan|NaN|NAN)$|0[ox])/

const WORDS: Readonly<Record<string, boolean | null>> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
}

/** The value of a plain scalar (YAML 1.2, core schema). */
export function plainValue(text: string, offset: number): unknown {
  const first = text.charCodeAt(0)
  // Digits, sign and dot start numbers; other letters than these start no word.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2b || first === 0x2e) {
    if (NUMBER.test(text)) return Number(text)
    if (UNUSUAL.test(text)) throw new OutsideSubset(offset)
    return text
  }
  if (text.length > 5) return text
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  return word === undefined ? text : word
}

/** The name that a plain key has in an object; keys that are no texts only where they are written as they are read. */
export function plainKey(text: string, offset: number): string {
  if (text === '<<' || text === '__proto__') throw new OutsideSubset(offset)
  const value = plainValue(text, offset)
  if (typeof value === 'string' || (value !== null && String(value) === text)) return text
  throw new OutsideSubset(offset)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g

/** What stands between double quotes. */
export function doubleQuoted(raw: string, offset: number): string {
  if (raw.includes('\n')) {
    if (/\\\r?\n/.test(raw) || raw.includes('\r')) throw new OutsideSubset(offset)
    return resolveEscapes(foldLines(raw), offset)
  }
  return raw.includes('\\') ? resolveEscapes(raw, offset) : raw
}

/** What stands between single quotes, in which '' is one. */
export function singleQuoted(raw: string, offset: number): string {
  if (raw.includes('\r')) throw new OutsideSubset(offset)
  const folded = raw.includes('\n') ? foldLines(raw) : raw
  return folded.includes("''") ? folded.replaceAll("''", "'") : folded
}

function resolveEscapes(text: string, offset: number): string {
  return text.replace(ESCAPE, (_, two, four, eight, one) => {
    const digits = two ?? four ?? eight
    if (digits !== undefined) {
      const code = Number.parseInt(digits, 16)
      if (code > 0x10ffff) throw new OutsideSubset(offset)
      return String.fromCodePoint(code)
    }
    const character = ESCAPES[one]
    if (character === undefined) throw new OutsideSubset(offset)
    return character
  })
}

/** A line break becomes a space, several become one less; white space around them goes (YAML 1.2, 6.5). */
export function foldLines(text: string): string {
  return text.replace(/[ \t]*\n((?:[ \t]*\n)*)[ \t]*/g, (_, empty: string) => {
    const breaks = empty.split('\n').length - 1
    return breaks === 0 ? ' ' : '\n'.repeat(breaks)
  })
}
