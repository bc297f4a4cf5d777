import { MizzenError } from '@mizzen/base'
import type { HeaderMutations, HeaderOp } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Headers } from '../http/headers.ts'
import { compileFormat, type Formatter } from '../telemetry/format.ts'

/** Changes the headers of an exchange's request or response. */
export type HeaderPlan = (exchange: Exchange) => void

type Step = (headers: Headers, exchange: Exchange) => void

/**
 * Compiles header mutations, most specific level first (Envoy's order: weighted cluster, route, virtual host, route
 * configuration); within a level removals come before additions. undefined if there are none. Values may hold format
 * commands; a value that comes out empty adds nothing.
 * Throws MizzenError `bad-format` or `bad-header` with the field's path.
 */
export function compileHeaderPlan(
  levels: readonly HeaderMutations[],
  side: 'request' | 'response',
  path: string,
): HeaderPlan | undefined {
  const steps = levels.flatMap((level) => {
    const ops = level[side]
    return [...ops.filter((op) => op.op === 'remove'), ...ops.filter((op) => op.op !== 'remove')].map((op) =>
      compileOp(op, `${path}.${side}_headers_to_${op.op === 'remove' ? 'remove' : 'add'}`),
    )
  })
  if (steps.length === 0) return undefined
  return (exchange) => {
    const headers = side === 'request' ? exchange.requestHeaders : exchange.responseHeaders
    if (headers === null) return
    for (const step of steps) step(headers, exchange)
  }
}

function compileOp(op: HeaderOp, path: string): Step {
  const { name } = op
  if (name.startsWith(':') || name === 'host') {
    throw new MizzenError('bad-header', `":"-prefixed or host headers may not be modified: ${name}`, { path })
  }
  if (op.op === 'remove') return (headers) => headers.remove(name)
  const value = compileFormat(op.value, `${path}[${name}]`, '')
  return guarded(op.op, name, value)
}

function guarded(op: Exclude<HeaderOp['op'], 'remove'>, name: string, value: Formatter): Step {
  const put = (method: 'set' | 'append'): Step => {
    return (headers, exchange) => {
      const text = value(exchange)
      if (text !== '') headers[method](name, text)
    }
  }
  const set = put('set')
  if (op === 'append') return put('append')
  if (op === 'set') return set
  const whenPresent = op === 'set-if-present'
  return (headers, exchange) => {
    if (headers.has(name) === whenPresent) set(headers, exchange)
  }
}
