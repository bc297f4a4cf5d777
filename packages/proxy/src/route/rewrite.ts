import { MizzenError } from '@mizzen/base'
import type { RedirectAction, RouteAction, RouteMatch } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { compileReplaceAll } from './regex.ts'
import { withoutQuery } from './route-match.ts'

/**
 * Rewrites host and path of a request that goes upstream.
 * @param keepsOriginal what the client sent stays in `x-envoy-original-host` and `x-envoy-original-path`
 */
export type Rewrite = (exchange: Exchange, keepsOriginal: boolean) => void

/** Maps a path with its query to another. */
type PathMap = (path: string) => string

/**
 * Host first, then path, as Envoy does.
 * Host rewriting of kind `auto` (the endpoint's host name) is done by who knows the endpoint, and that of a chosen cluster before.
 * Throws MizzenError `bad-regex` or `bad-route` with the field's path.
 */
export function compileRewrite(action: RouteAction, match: RouteMatch, path: string): Rewrite {
  const newHost = compileHostRewrite(action)
  const rewritePath = compilePathRewrite(action, match, `${path}.route`)
  return (exchange, keepsOriginal) => {
    const host = newHost(exchange)
    if (host !== '') replaceHost(exchange, host, action.appendXForwardedHost, keepsOriginal)
    if (rewritePath !== undefined) replacePath(exchange, rewritePath(exchange.path), keepsOriginal)
  }
}

/** Names another host; what the client named stays in headers. */
export function replaceHost(exchange: Exchange, host: string, appendsForwarded: boolean, keepsOriginal: boolean): void {
  const { requestHeaders, authority } = exchange
  if (appendsForwarded && lastItem(requestHeaders.get('x-forwarded-host')) !== authority) {
    requestHeaders.join('x-forwarded-host', authority)
  }
  if (keepsOriginal) requestHeaders.set('x-envoy-original-host', authority)
  exchange.authority = host
}

function lastItem(list: string | undefined): string | undefined {
  return list?.slice(list.lastIndexOf(',') + 1)
}

export function replacePath(exchange: Exchange, path: string, keepsOriginal: boolean): void {
  if (keepsOriginal) exchange.requestHeaders.set('x-envoy-original-path', exchange.path)
  exchange.path = path
}

/** '' = it stays. */
function compileHostRewrite({ hostRewrite }: RouteAction): (exchange: Exchange) => string {
  if (hostRewrite === undefined || hostRewrite.kind === 'auto') return () => ''
  const { kind, value } = hostRewrite
  if (kind === 'literal') return () => value
  if (value === 'host' || value === ':authority') return ({ authority }) => authority
  return ({ requestHeaders }) => requestHeaders.get(value) ?? ''
}

/** Throws MizzenError `bad-regex` or `bad-route` with the field's path; undefined = the path stays. */
export function compilePathRewrite(
  { prefixRewrite, regexRewrite }: RouteAction | RedirectAction,
  match: RouteMatch,
  path: string,
): PathMap | undefined {
  if (prefixRewrite !== undefined && regexRewrite !== undefined) {
    throw new MizzenError('bad-route', 'prefix_rewrite and regex_rewrite exclude each other', { path })
  }
  if (prefixRewrite !== undefined) return compilePrefixRewrite(prefixRewrite, match)
  if (regexRewrite === undefined) return undefined
  const replace = compileReplaceAll(regexRewrite.regex, regexRewrite.substitution, `${path}.regex_rewrite`)
  return (whole) => {
    const plain = withoutQuery(whole)
    return replace(plain) + whole.slice(plain.length)
  }
}

/** Replaces what the route matched: the prefix, or for exact and regex matches the whole path; the query stays. */
function compilePrefixRewrite(replacement: string, match: RouteMatch): PathMap {
  const { path } = match
  if (path.kind === 'prefix' || path.kind === 'separated-prefix') {
    const { length } = path.value
    return (whole) => replacement + whole.slice(length)
  }
  return (whole) => replacement + whole.slice(withoutQuery(whole).length)
}
