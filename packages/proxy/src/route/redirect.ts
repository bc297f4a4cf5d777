import type { RedirectAction, RouteMatch } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { withoutPort } from './host-lookup.ts'
import { compilePrefixRewrite } from './rewrite.ts'

/** Computes the `location` of a redirect (Envoy: RedirectAction). What is not configured stays as the request has it. */
export function compileRedirect(action: RedirectAction, match: RouteMatch): (exchange: Exchange) => string {
  const mapPath = compilePath(action, match)
  return (exchange) => {
    const requestScheme = exchange.requestHeaders.get('x-forwarded-proto') ?? exchange.scheme
    const scheme = action.scheme ?? requestScheme
    return `${scheme}://${hostAndPort(action, exchange.authority, requestScheme, scheme)}${mapPath(exchange.path)}`
  }
}

function hostAndPort(action: RedirectAction, authority: string, requestScheme: string, scheme: string): string {
  const host = action.host ?? authority
  if (action.port !== undefined) return `${withoutPort(host)}:${action.port}`
  // The old scheme's default port would be wrong under the new one.
  const defaultPort = requestScheme === 'https' ? ':443' : ':80'
  return scheme !== requestScheme && host.endsWith(defaultPort) ? withoutPort(host) : host
}

function compilePath(action: RedirectAction, match: RouteMatch): (path: string) => string {
  const { path: fixed } = action
  // A query of the configured path takes precedence over the request's, and is never stripped.
  if (fixed?.includes('?')) return () => fixed
  const query = action.stripQuery
    ? () => ''
    : (path: string) => (path.includes('?') ? path.slice(path.indexOf('?')) : '')
  if (fixed !== undefined) return (path) => fixed + query(path)
  const rewrite = action.prefixRewrite === undefined ? undefined : compilePrefixRewrite(action.prefixRewrite, match)
  return (path) => {
    const bare = path.includes('?') ? path.slice(0, path.indexOf('?')) : path
    return (rewrite === undefined ? bare : rewrite(bare)) + query(path)
  }
}
