import type { HttpConnectionManagerConfig } from '../config/model.ts'
import { mergeSlashes, normalizePath, unescapeSlashes } from './path-normalization.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** What becomes of a request whose path was looked at: it goes on, is refused, or is sent to its normalized path. */
type Verdict = 'continue' | 'reject' | 'redirect'

/** Brings host and path to the one form that routes and upstreams see, as far as configuration wants that (Envoy's order). */
export function normalizeTarget(exchange: StreamExchange, config: HttpConnectionManagerConfig): Verdict {
  const verdict = exchange.path === '' ? 'continue' : normalizeWholePath(exchange, config)
  if (verdict === 'reject') return verdict
  if (config.stripTrailingHostDot === true) stripTrailingDot(exchange)
  if (config.stripHostPort !== undefined) stripPort(exchange, config.stripHostPort)
  return verdict
}

function normalizeWholePath(exchange: StreamExchange, config: HttpConnectionManagerConfig): Verdict {
  let verdict: Verdict = 'continue'
  const { escapedSlashes } = config
  if (escapedSlashes !== undefined && escapedSlashes !== 'keep') {
    const unescaped = unescapeSlashes(exchange.path)
    if (unescaped !== exchange.path) {
      exchange.path = unescaped
      if (escapedSlashes === 'reject') return 'reject'
      if (escapedSlashes === 'redirect') verdict = 'redirect'
    }
  }
  if (config.normalizePath) {
    const path = normalizePath(exchange.path)
    if (path === undefined) return 'reject'
    exchange.path = path
  }
  if (config.mergeSlashes) exchange.path = mergeSlashes(exchange.path)
  return verdict
}

function stripTrailingDot(exchange: StreamExchange): void {
  const { host, port } = splitPort(exchange.authority)
  if (host.endsWith('.')) exchange.authority = host.slice(0, -1) + port
}

/** CONNECT needs its port (RFC 9110 9.3.6). */
function stripPort(exchange: StreamExchange, which: 'matching' | 'any'): void {
  if (exchange.method === 'CONNECT') return
  const { host, port } = splitPort(exchange.authority)
  if (port === '') return
  const own = exchange.downstreamLocalAddress
  if (which === 'any' || own.slice(own.lastIndexOf(':')) === port) exchange.authority = host
}

/** `port` with its colon; '' = none. */
function splitPort(authority: string): { readonly host: string; readonly port: string } {
  const found = /:\d+$/.exec(authority)
  if (found === null || authority.indexOf(']') > found.index) return { host: authority, port: '' }
  return { host: authority.slice(0, found.index), port: found[0] }
}
