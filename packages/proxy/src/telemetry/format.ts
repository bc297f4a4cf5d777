import type { Exchange } from '../http/exchange.ts'
import { compileCommand, type Extractor } from './format-commands.ts'
import { parseTemplate, type Segment } from './format-template.ts'
import { asWireText } from './wire-text.ts'

/** A compiled template. */
export type Formatter = (exchange: Exchange) => string

/**
 * Compiles a template to text.
 * @param missing what stands for a value that there is not: `-` in logs, nothing in headers
 */
export function compileFormat(template: string, path: string, missing: string): Formatter {
  const parts = parseTemplate(template, path).map((segment) => textPart(segment, path, missing))
  const [only] = parts
  if (parts.length === 0 || only === undefined) return () => ''
  if (parts.length === 1) return only
  const count = parts.length
  return (exchange) => {
    let text = ''
    for (let index = 0; index < count; index += 1) text += (parts[index] as Formatter)(exchange)
    return text
  }
}

/**
 * A template that is one command and nothing else keeps the type of its value (JSON logs).
 * @param missing as in `compileFormat`
 */
export function compileValue(template: string, path: string, missing: string): Extractor | Formatter {
  const segments = parseTemplate(template, path)
  const [only] = segments
  if (segments.length === 1 && only?.kind === 'command') return compileCommand(only.command, path)
  return compileFormat(template, path, missing)
}

function textPart(segment: Segment, path: string, missing: string): Formatter {
  if (segment.kind === 'text') {
    const text = asWireText(segment.text)
    return () => text
  }
  const extract = compileCommand(segment.command, path)
  return (exchange) => {
    const value = extract(exchange)
    if (typeof value === 'string') return value
    if (value === undefined) return missing
    return typeof value === 'object' ? asWireText(JSON.stringify(value)) : String(value)
  }
}
