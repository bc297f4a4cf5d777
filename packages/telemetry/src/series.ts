import { MizzenError } from '@mizzen/base'

/** One time series: a metric name with its labels. */
export interface Series {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  /** Canonical text, labels sorted by name: two series are the same exactly if their keys are. */
  readonly key: string
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y
const QUOTED = /"((?:[^"\\\n]|\\.)*)"/y
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }

function series(name: string, labels: ReadonlyMap<string, string>): Series {
  return { name, labels, key: seriesKey(name, labels) }
}

/**
 * Reads `name{label="value",…}`, the part of a sample line before its value.
 * Throws MizzenError `bad-metrics`.
 */
export function parseSeries(text: string): Series {
  const name = take(NAME, text, 0)?.[0]
  if (name === undefined) throw bad(`no metric name in ${excerpt(text)}`)
  const rest = text.slice(name.length).trim()
  if (rest === '') return series(name, new Map())
  if (!rest.startsWith('{') || !rest.endsWith('}')) throw bad(`labels must stand in braces: ${excerpt(text)}`)
  return series(name, parseLabels(rest.slice(1, -1)))
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  let at = skipBlanks(text, 0)
  while (at < text.length) {
    const name = take(LABEL_NAME, text, at)?.[0]
    if (name === undefined) throw bad(`no label name at ${excerpt(text.slice(at))}`)
    at = skipBlanks(text, at + name.length)
    if (text[at] !== '=') throw bad(`no "=" after label ${name}`)
    at = skipBlanks(text, at + 1)
    const value = take(QUOTED, text, at)
    if (value === undefined) throw bad(`the value of label ${name} is not quoted`)
    if (labels.has(name)) throw bad(`label ${name} occurs twice`)
    labels.set(name, unescaped(value[1] ?? ''))
    at = skipBlanks(text, at + value[0].length)
    if (at < text.length && text[at] !== ',') throw bad(`no "," after label ${name}`)
    at = skipBlanks(text, at + 1)
  }
  return labels
}

function seriesKey(name: string, labels: ReadonlyMap<string, string>): string {
  if (labels.size === 0) return name
  const pairs = [...labels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, value]) => `${label}="${escaped(value)}"`)
  return `${name}{${pairs.join(',')}}`
}

function take(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\./g, (pair) => ESCAPES[pair] ?? pair) : value
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n') : value
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

function bad(message: string): MizzenError {
  return new MizzenError('bad-metrics', message)
}
