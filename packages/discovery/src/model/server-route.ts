import type { HTTPMatchRequest, HTTPRoute } from '@mizzen/api'
import type { RouteModel, VirtualServiceModel } from './virtual-service.ts'

/** One `match` of a route as a server's proxy can tell it: it sees what the last hop made of a request. */
export interface ServerRoute {
  /** Which of the VirtualService's `http`, and of that one's `match`. */
  readonly index: number
  readonly matchIndex: number
  readonly route: RouteModel
  /** Undefined matches everything. */
  readonly match: HTTPMatchRequest | undefined
  /** It sends requests to this server. Others are there because what they take comes by none that follows. */
  readonly leadsHere: boolean
}

/** What routes to a server change about requests: conditions on it say nothing there. */
interface Altered {
  readonly path: boolean
  readonly authority: boolean
  /** Lower-case. */
  readonly headers: ReadonlySet<string>
}

/**
 * Headers that proxies set, remove or rewrite by themselves between choosing a route and sending the request on (RFC 9110,
 * section 7.6.1, and Envoy's "HTTP header manipulation"), or that their filters may.
 */
const CHANGED_ON_THE_WAY = new RegExp(
  '^(:|x-envoy-|x-forwarded-|x-b3-|x-ot-|x-datadog-|grpc-|proxy-)|' +
    '^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|content-length|expect|forwarded|via|server|' +
    'authorization|x-request-id|x-client-trace-id|traceparent|tracestate|b3|baggage)$',
)

/**
 * The matches of a VirtualService, in order, up to the first that a server cannot decide on: from there on a request may
 * have come by that one as well.
 */
export function serverRoutes(rule: VirtualServiceModel, leadsHere: (route: HTTPRoute) => boolean): ServerRoute[] {
  const altered = alteredBy(rule.http.filter(leadsHere))
  const told: ServerRoute[] = []
  for (const [index, route] of rule.http.entries()) {
    const matches = route.match === undefined || route.match.length === 0 ? [undefined] : route.match
    for (const [matchIndex, match] of matches.entries()) {
      if (match !== undefined && !isDecidable(match, altered)) return told
      told.push({ index, matchIndex, route, match, leadsHere: leadsHere(route) })
    }
  }
  return told
}

/** The hosts that requests on a route are given, lower-case and without port. */
export function writtenAuthorities(route: HTTPRoute): string[] {
  const operations = headerOperations(route).flatMap(({ set = {}, add = {} }) => [
    ...Object.entries(set),
    ...Object.entries(add),
  ])
  const written = operations.filter(([name]) => isAuthority(name)).map(([, value]) => value)
  const { authority } = route.rewrite ?? {}
  return [...(authority ? [authority] : []), ...written].map((text) => text.toLowerCase().replace(/:\d+$/, ''))
}

function alteredBy(routes: readonly HTTPRoute[]): Altered {
  const names = routes.flatMap(headerOperations).flatMap(({ set = {}, add = {}, remove = [] }) => {
    return [...Object.keys(set), ...Object.keys(add), ...remove]
  })
  return {
    path: routes.some(({ rewrite }) => Boolean(rewrite?.uri) || rewrite?.uriRegexRewrite !== undefined),
    authority: routes.some((route) => writtenAuthorities(route).length > 0),
    headers: new Set(names.map((name) => name.toLowerCase())),
  }
}

function headerOperations({ headers, route = [] }: HTTPRoute) {
  return [headers, ...route.map((one) => one.headers)].flatMap((one) => one?.request ?? [])
}

function isAuthority(name: string): boolean {
  return /^(:authority|host)$/i.test(name)
}

/** Whether a server sees all that the match asks for, as it was when the caller's proxy asked. */
function isDecidable(match: HTTPMatchRequest, altered: Altered): boolean {
  if (asksForPlace(match) || match.scheme !== undefined) return false
  if (altered.path && (asksForPath(match) || Object.keys(match.queryParams ?? {}).length > 0)) return false
  if (altered.authority && match.authority !== undefined) return false
  const headers = [...Object.keys(match.headers ?? {}), ...Object.keys(match.withoutHeaders ?? {})]
  return headers.every((name) => isKept(name.toLowerCase(), altered))
}

/** Where the request entered the mesh, and who sent it. */
function asksForPlace({ gateways = [], port, sourceLabels = {}, sourceNamespace }: HTTPMatchRequest): boolean {
  return gateways.length > 0 || Boolean(port) || Object.keys(sourceLabels).length > 0 || Boolean(sourceNamespace)
}

function asksForPath({ uri }: HTTPMatchRequest): boolean {
  return uri !== undefined && uri.prefix !== '/'
}

function isKept(header: string, { headers }: Altered): boolean {
  return !CHANGED_ON_THE_WAY.test(header) && !headers.has(header)
}
