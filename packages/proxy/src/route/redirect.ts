import type { RedirectAction, RouteMatch } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { compilePathRewrite, replacePath } from './rewrite.ts'

/** Computes the `location` of a redirect (Envoy: RedirectAction). What is not configured stays as the request has it. */
export function compileRedirect(
  action: RedirectAction,
  match: RouteMatch,
  path: string,
): (exchange: Exchange, keepsOriginal: boolean) => string {
  const rewrite = compilePathRewrite(action, match, `${path}.redirect`)
  const mapPath = compilePath(action)
  return (exchange, keepsOriginal) => {
    // As Envoy: the request itself gets the new path, as the log shows.
    if (rewrite !== undefined) replacePath(exchange, rewrite(exchange.path), keepsOriginal)
    const scheme = action.scheme ?? exchange.scheme
    const host = action.host ?? hostOf(exchange, scheme, action.port !== undefined)
    const port = action.port === undefined ? '' : `:${action.port}`
    return `${scheme}://${host}${port}${mapPath(exchange.path)}`
  }
}

/** The request's. Its port goes where another takes its place, or where it is the old scheme's default. */
function hostOf({ authority, requestHeaders }: Exchange, scheme: string, otherPort: boolean): string {
  const colon = authority.startsWith('[') ? authority.lastIndexOf(']:') + 1 : authority.lastIndexOf(':')
  if (colon <= 0) return authority
  const oldScheme = requestHeaders.get('x-forwarded-proto') ?? ''
  const defaultPort = DEFAULT_PORTS[oldScheme.toLowerCase()] ?? ''
  const wrongPort = scheme !== oldScheme && authority.slice(colon) === defaultPort
  return otherPort || wrongPort ? authority.slice(0, colon) : authority
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ':80', https: ':443' }

function compilePath(action: RedirectAction): (path: string) => string {
  const { path: given, stripQuery } = action
  const fixed = given === undefined || given.startsWith('/') ? given : `/${given}`
  // A query of the configured path takes precedence over the request's, and is never stripped.
  if (fixed?.includes('?')) return () => fixed
  return (path) => {
    const query = path.indexOf('?')
    if (query === -1) return fixed ?? path
    return (fixed ?? path.slice(0, query)) + (stripQuery ? '' : path.slice(query))
  }
}
