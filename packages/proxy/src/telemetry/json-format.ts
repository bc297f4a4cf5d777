import { MizzenError } from '@mizzen/base'
import type { Exchange } from '../http/exchange.ts'
import { asWireText, compileValue, type Formatter } from './format.ts'

/**
 * Compiles a JSON log format (Envoy's `json_format`): objects, lists and strings, nested; strings are templates. A
 * template of one command keeps its value's type; a value that there is not is `null`. Properties are sorted by name, as
 * in Envoy. One line with its newline.
 */
export function compileJsonFormat(template: unknown, path: string): Formatter {
  const value = compileNode(template, path)
  return (exchange) => `${value(exchange)}\n`
}

function compileNode(node: unknown, path: string): Formatter {
  if (typeof node === 'string') return compileString(node, path)
  if (node === null || typeof node === 'number' || typeof node === 'boolean') {
    const text = JSON.stringify(node)
    return () => text
  }
  if (Array.isArray(node)) {
    const items = node.map((item, index) => compileNode(item, `${path}[${index}]`))
    return (exchange) => `[${items.map((item) => item(exchange)).join(',')}]`
  }
  if (typeof node === 'object') return compileObject(node as Record<string, unknown>, path)
  throw new MizzenError('bad-format', 'a JSON format holds objects, lists, strings, numbers and booleans', { path })
}

function compileObject(node: Readonly<Record<string, unknown>>, path: string): Formatter {
  const fields = Object.entries(node)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value], index) => ({
      key: `${index === 0 ? '' : ','}${asWireText(JSON.stringify(name))}:`,
      value: compileNode(value, `${path}.${name}`),
    }))
  return (exchange) => {
    let text = '{'
    for (const field of fields) text += field.key + field.value(exchange)
    return `${text}}`
  }
}

function compileString(template: string, path: string): Formatter {
  const extract = compileValue(template, path)
  return (exchange: Exchange) => {
    const value = extract(exchange)
    return value === undefined ? 'null' : JSON.stringify(value)
  }
}
