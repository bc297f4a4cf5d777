import { MizzenError } from '@mizzen/base'
import type { RouteAction, RouteMatch } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { compileReplaceAll } from './regex.ts'
import { withoutQuery } from './route-match.ts'

/** Rewrites host and path of a request that goes upstream. */
export type Rewrite = (exchange: Exchange) => void

/** Maps a path with its query to another. */
type PathMap = (path: string) => string

/**
 * Host first, then path, as Envoy does. What the client sent stays in `x-envoy-original-host` and
 * `x-envoy-original-path`.
 * Host rewriting of kind `auto` (the endpoint's host name) is done by who knows the endpoint.
 * Throws MizzenError `bad-regex` or `bad-route` with the field's path.
 */
export function compileRewrite(action: RouteAction, match: RouteMatch, path: string): Rewrite {
  const rewriteHost = compileHostRewrite(action)
  const rewritePath = compilePathRewrite(action, match, path)
  return (exchange) => {
    rewriteHost(exchange)
    if (rewritePath === undefined) return
    const original = exchange.path
    const changed = rewritePath(original)
    exchange.requestHeaders.set('x-envoy-original-path', original)
    exchange.path = changed
  }
}

function compileHostRewrite(action: RouteAction): Rewrite {
  const { hostRewrite, appendXForwardedHost } = action
  const replace = (exchange: Exchange, host: string) => {
    if (host === exchange.authority) return
    exchange.requestHeaders.set('x-envoy-original-host', exchange.authority)
    if (appendXForwardedHost) exchange.requestHeaders.append('x-forwarded-host', exchange.authority)
    exchange.authority = host
  }
  return (exchange) => {
    const ofTarget = exchange.target?.hostRewriteLiteral
    if (ofTarget !== undefined) replace(exchange, ofTarget)
    else if (hostRewrite?.kind === 'literal') replace(exchange, hostRewrite.value)
    else if (hostRewrite?.kind === 'header') {
      const host = exchange.requestHeaders.get(hostRewrite.value)
      if (host !== undefined && host !== '') replace(exchange, host)
    }
  }
}

function compilePathRewrite(action: RouteAction, match: RouteMatch, path: string): PathMap | undefined {
  const { prefixRewrite, regexRewrite } = action
  if (prefixRewrite !== undefined && regexRewrite !== undefined) {
    throw new MizzenError('bad-route', 'prefix_rewrite and regex_rewrite exclude each other', { path })
  }
  if (prefixRewrite !== undefined) return compilePrefixRewrite(prefixRewrite, match)
  if (regexRewrite === undefined) return undefined
  const replace = compileReplaceAll(regexRewrite.regex, regexRewrite.substitution, `${path}.route.regex_rewrite`)
  return (whole) => {
    const plain = withoutQuery(whole)
    return replace(plain) + whole.slice(plain.length)
  }
}

/** Replaces what the route matched: the prefix, or for exact and regex matches the whole path; the query stays. */
export function compilePrefixRewrite(replacement: string, match: RouteMatch): PathMap {
  const { path } = match
  if (path.kind === 'prefix' || path.kind === 'separated-prefix') {
    const { length } = path.value
    return (whole) => replacement + whole.slice(length)
  }
  return (whole) => replacement + whole.slice(withoutQuery(whole).length)
}
