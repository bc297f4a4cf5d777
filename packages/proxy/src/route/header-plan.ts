import { MizzenError } from '@mizzen/base'
import type { HeaderMutations, HeaderOp } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Headers } from '../http/headers.ts'
import { LIST_FIELDS } from '../http/list-fields.ts'
import { compileFormat, type Formatter } from '../telemetry/format.ts'

/** Changes the headers of an exchange's request or response. */
export type HeaderPlan = (exchange: Exchange) => void

type Level = (headers: Headers, exchange: Exchange) => void
type Removal = Extract<HeaderOp, { readonly op: 'remove' }>
type Addition = Exclude<HeaderOp, Removal>

/**
 * Compiles header mutations, level by level as they are given. Within a level removals come first; then all values are
 * computed, then those that replace are put in place, then those that add (Envoy's order). Values may hold format
 * commands; one that comes out empty does nothing unless it is told to stay. undefined if there are none.
 * Throws MizzenError `bad-format` or `bad-header` with the field's path.
 */
export function compileHeaderPlan(
  levels: readonly HeaderMutations[],
  side: 'request' | 'response',
  path: string,
): HeaderPlan | undefined {
  const compiled = levels
    .filter((level) => level[side].length > 0)
    .map((level) => compileLevel(level[side], side, path))
  if (compiled.length === 0) return undefined
  return (exchange) => {
    const headers = side === 'request' ? exchange.requestHeaders : exchange.responseHeaders
    if (headers === null) return
    for (const level of compiled) level(headers, exchange)
  }
}

function compileLevel(ops: readonly HeaderOp[], side: string, path: string): Level {
  for (const { op, name } of ops) {
    if (!name.startsWith(':') && name !== 'host') continue
    throw new MizzenError('bad-header', `":"-prefixed or host headers may not be modified: ${name}`, {
      path: `${path}.${side}_headers_to_${op === 'remove' ? 'remove' : 'add'}`,
    })
  }
  const removed = ops.filter((op): op is Removal => op.op === 'remove').map(({ name }) => name)
  const additions = ops.filter((op): op is Addition => op.op !== 'remove')
  const add = compileAdditions(additions, `${path}.${side}_headers_to_add`)
  return (headers, exchange) => {
    for (const name of removed) headers.remove(name)
    add?.(headers, exchange)
  }
}

function compileAdditions(additions: readonly Addition[], path: string): Level | undefined {
  if (additions.length === 0) return undefined
  const formats = additions.map(({ name, value }) => compileFormat(value, `${path}[${name}]`, ''))
  // One request at a time.
  const values: (string | undefined)[] = []
  return (headers, exchange) => {
    additions.forEach((op, index) => {
      values[index] = computed(op, formats[index] as Formatter, headers, exchange)
    })
    additions.forEach(({ op, name }, index) => {
      const value = values[index]
      if (value !== undefined && REPLACING.has(op)) headers.set(name, value)
    })
    additions.forEach(({ op, name }, index) => {
      const value = values[index]
      if (value === undefined || REPLACING.has(op)) return
      if (LIST_FIELDS.has(name)) headers.join(name, value)
      else headers.append(name, value)
    })
  }
}

const REPLACING: ReadonlySet<HeaderOp['op']> = new Set(['set', 'set-if-present'])

/** undefined = nothing is to be done. */
function computed(
  { op, name, keepsEmpty }: Addition,
  format: Formatter,
  headers: Headers,
  exchange: Exchange,
): string | undefined {
  if (op === 'add-if-absent' && headers.has(name)) return undefined
  if (op === 'set-if-present' && !headers.has(name)) return undefined
  const value = format(exchange)
  return value === '' && !keepsEmpty ? undefined : value
}
