import { isUtf8 } from 'node:buffer'
import { MizzenError } from '@mizzen/base'
import type { Exchange } from '../http/exchange.ts'
import { compileValue, type Formatter } from './format.ts'
import { asWireText } from './wire-text.ts'

/** How a value is written that there is not. '' leaves it out, and objects that hold nothing with it. */
interface Missing {
  readonly json: 'null' | ''
  /** Between text. */
  readonly text: '-' | ''
}

const SHOWN: Missing = { json: 'null', text: '-' }
const OMITTED: Missing = { json: '', text: '' }

/**
 * Compiles a JSON log format (Envoy's `json_format`): objects, lists and strings, nested; strings are templates. A
 * template of one command keeps its value's type; a value that there is not is `null`, or left out if `omitsEmpty`.
 * Properties are sorted by name, as in Envoy. One line with its newline.
 */
export function compileJsonFormat(template: unknown, path: string, omitsEmpty = false): Formatter {
  const value = compileNode(template, path, omitsEmpty ? OMITTED : SHOWN)
  return (exchange) => `${value(exchange) || '{}'}\n`
}

/** JSON, or '' for what is left out. */
function compileNode(node: unknown, path: string, missing: Missing): Formatter {
  if (typeof node === 'string') return compileString(node, path, missing)
  if (node === null || typeof node === 'number' || typeof node === 'boolean') {
    const text = node === null ? missing.json : JSON.stringify(node)
    return () => text
  }
  if (Array.isArray(node)) {
    const items = node.map((item, index) => compileNode(item, `${path}[${index}]`, missing))
    return (exchange) =>
      `[${items
        .map((item) => item(exchange))
        .filter(Boolean)
        .join(',')}]`
  }
  if (typeof node === 'object') return compileObject(node as Record<string, unknown>, path, missing)
  throw new MizzenError('bad-format', 'a JSON format holds objects, lists, strings, numbers and booleans', { path })
}

interface Field {
  /** With its colon, and a comma where a field may be before it. */
  readonly key: string
  readonly value: Formatter
}

function compileObject(node: Readonly<Record<string, unknown>>, path: string, missing: Missing): Formatter {
  const fields = Object.entries(node)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value], index) => ({
      key: `${index === 0 && missing === SHOWN ? '' : ','}${asWireText(JSON.stringify(name))}:`,
      value: compileNode(value, `${path}.${name}`, missing),
    }))
  const render = missing === OMITTED ? renderPresent : renderAll
  return (exchange) => render(fields, exchange)
}

function renderAll(fields: readonly Field[], exchange: Exchange): string {
  let text = ''
  for (const { key, value } of fields) text += key + value(exchange)
  return `{${text}}`
}

function renderPresent(fields: readonly Field[], exchange: Exchange): string {
  let text = ''
  for (const { key, value } of fields) {
    const json = value(exchange)
    if (json !== '') text += key + json
  }
  return text === '' ? '' : `{${text.slice(1)}}`
}

function compileString(template: string, path: string, missing: Missing): Formatter {
  const extract = compileValue(template, path, missing.text)
  return (exchange: Exchange) => {
    const value = extract(exchange)
    if (value === undefined) return missing.json
    return typeof value === 'string' ? quoted(value) : asWireText(JSON.stringify(value))
  }
}

const NOT_ASCII = /[\x80-\xff]/
const NOT_PLAIN = /["\\\x00-\x1f\x80-\xff]/g

/** What is no UTF-8 would make the line no JSON: its bytes are written as code points (as Envoy). */
function quoted(bytes: string): string {
  if (!NOT_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, 'latin1'))) return JSON.stringify(bytes)
  return `"${bytes.replace(NOT_PLAIN, (byte) => `\\u00${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`
}
