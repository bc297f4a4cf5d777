import { MizzenError, type Random } from '@mizzen/base'
import type {
  DirectResponseAction,
  HeaderMutations,
  RetryConfig,
  RouteAction,
  RouteConfig,
  RouteEntry,
  RouteMatch,
  VirtualHostConfig,
  WeightedCluster,
} from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { isGrpcRequest } from '../http/grpc.ts'
import { compileHeaderPlan, type HeaderPlan } from './header-plan.ts'
import { compileHostLookup, hostKey } from './host-lookup.ts'
import { compileRedirect } from './redirect.ts'
import { compileRewrite, type Rewrite } from './rewrite.ts'
import { compileRouteMatch, type Matcher } from './route-match.ts'
import { compileVirtualClusters, type VirtualClusters } from './virtual-clusters.ts'
import { compileTargets } from './weighted-targets.ts'

/** A route configuration, compiled: immutable, and shared by all requests that began under it. */
export interface RouteTable {
  readonly config: RouteConfig
  /**
   * The first route that matches. Sets `exchange.route` and `exchange.virtualHostName`; null (404, `route_not_found`) if
   * no virtual host or no route of it matches.
   */
  match(exchange: Exchange): MatchedRoute | null
  /**
   * Only where virtual hosts come on demand: the name of the one that may answer for an authority that none takes; null if
   * one does, or if that can be no host.
   */
  missingHost?(authority: string): string | null
}

/** One route of a table, with all that depends on where it stands. */
export interface MatchedRoute {
  readonly entry: RouteEntry
  readonly virtualHost: VirtualHostConfig
  /** The route's own, or else its virtual host's. */
  readonly retry: RetryConfig | undefined
  /** Chooses by weight (or by the cluster header) and sets `exchange.target`. Only for routes with a cluster. */
  pickTarget(exchange: Exchange): WeightedCluster
  /**
   * What the request changes before it goes upstream: header mutations, then host, then path (sets
   * `x-envoy-original-path` if `keepsOriginal`). Call once, after `pickTarget` and after the filters.
   */
  prepareRequest(exchange: Exchange, keepsOriginal: boolean): void
  /** Header mutations of the response, also for redirects, direct and local replies of this route. */
  prepareResponse(exchange: Exchange): void
  /**
   * Value of `location`; '' = none. The request's path changes with it (`keepsOriginal` as above). Only for redirects and
   * direct responses.
   */
  redirectLocation(exchange: Exchange, keepsOriginal: boolean): string
}

/**
 * Compiles a route configuration. Throws MizzenError `bad-route` (or `bad-format`, `bad-regex`) with the field's path;
 * no clock and no randomness but what is given.
 */
export function compileRoutes(config: RouteConfig, random: Random): RouteTable {
  return routeTable(config, compileHosts(config, random), [])
}

/** The virtual hosts of a configuration, compiled. */
export type CompiledHosts = ReadonlyMap<VirtualHostConfig, CompiledHost>

export function compileHosts(config: RouteConfig, random: Random): CompiledHosts {
  return new Map(
    config.virtualHosts.map((host, index) => [host, compileHost(config, host, `virtual_hosts[${index}]`, random)]),
  )
}

/** One that came by itself. Throws as `compileRoutes`, with the path within it. */
export function compileDemandedHost(config: RouteConfig, host: VirtualHostConfig, random: Random): CompiledHost {
  return compileHost(config, host, '', random)
}

/** @param demanded came by themselves; the configuration's own have precedence. All of them are in `hosts` */
export function routeTable(
  config: RouteConfig,
  hosts: CompiledHosts,
  demanded: readonly VirtualHostConfig[],
): RouteTable {
  const { virtualHosts, ignorePortInHostMatching } = config
  const lookup = compileHostLookup(virtualHosts, ignorePortInHostMatching, demanded)
  const missingHost = (authority: string) => {
    const host = hostKey(authority, ignorePortInHostMatching)
    return lookup(authority) === undefined && NAMES_HOST.test(host) ? `${config.name}/${host}` : null
  }
  return {
    config,
    ...(config.onDemand === true ? { missingHost } : {}),
    match(exchange) {
      const host = lookup(exchange.authority)
      const route = host === undefined ? null : (hosts.get(host) as CompiledHost)(exchange)
      exchange.route = route === null ? null : route.entry
      exchange.virtualHostName = host === undefined ? '' : host.name
      return route
    },
  }
}

/** No longer than DNS and a port allow, and nothing that a name of a resource gives another sense. */
const NAMES_HOST = /^[^\s/*?#@]{1,262}$/

export type CompiledHost = (exchange: Exchange) => MatchedRoute | null

function compileHost(config: RouteConfig, host: VirtualHostConfig, path: string, random: Random): CompiledHost {
  const virtualCluster = compileVirtualClusters(host.virtualClusters ?? [], path)
  const routes = host.routes.map((entry, index) => ({
    matches: compileRouteMatch(entry.match, `${path}.routes[${index}].match`, random),
    route: compileRoute(config, host, entry, virtualCluster, `${path}.routes[${index}]`, random),
  }))
  const find = firstMatch(routes)
  if (host.requireTls === 'none') return find
  const toHttps = httpsRedirect(host, path)
  const { requireTls } = host
  return (exchange) => {
    const exempt = requireTls === 'external' && exchange.requestHeaders.get('x-envoy-internal') === 'true'
    return isPlaintext(exchange) && !exempt ? toHttps : find(exchange)
  }
}

function firstMatch(routes: readonly { readonly matches: Matcher; readonly route: MatchedRoute }[]): CompiledHost {
  return (exchange) => {
    for (let index = 0; index < routes.length; index += 1) {
      const candidate = routes[index] as (typeof routes)[number]
      if (candidate.matches(exchange)) return candidate.route
    }
    return null
  }
}

/** Where Envoy sends plaintext requests of a virtual host that requires TLS; no level changes its headers. */
function httpsRedirect(virtualHost: VirtualHostConfig, path: string): MatchedRoute {
  return {
    entry: HTTPS_REDIRECT,
    virtualHost,
    retry: undefined,
    ...notRouted(path),
    prepareResponse: nothing,
    redirectLocation: ({ authority, path: asked }) => `https://${authority}${asked}`,
  }
}

const HTTPS_REDIRECT: RouteEntry = {
  name: '',
  match: { path: { kind: 'prefix', value: '/' }, caseSensitive: true, headers: [], query: [] },
  action: { kind: 'redirect', status: 301, scheme: 'https', stripQuery: false },
  headers: { request: [], response: [] },
}

function isPlaintext(exchange: Exchange): boolean {
  return (exchange.requestHeaders.get('x-forwarded-proto') ?? exchange.scheme) !== 'https'
}

function compileRoute(
  config: RouteConfig,
  virtualHost: VirtualHostConfig,
  entry: RouteEntry,
  virtualCluster: VirtualClusters,
  path: string,
  random: Random,
): MatchedRoute {
  const { action } = entry
  const upwards = [entry.headers, virtualHost.headers, config.headers]
  const outer = config.mostSpecificHeadersWin === true ? upwards.toReversed() : upwards
  const retry = (action.kind === 'route' ? action.retry : undefined) ?? virtualHost.retry
  const response = compileHeaderPlan(outer, 'response', path)
  const base = { entry, virtualHost, retry, prepareResponse: response ?? nothing }
  if (action.kind === 'redirect')
    return { ...base, ...notRouted(path), redirectLocation: compileRedirect(action, entry.match, path) }
  if (action.kind === 'direct')
    return { ...base, ...notRouted(path), redirectLocation: directLocation(action, entry.match) }
  const request = compileHeaderPlan(outer, 'request', path)
  const rewrite = compileRewrite(action, entry.match, path)
  const note = compileNote([...action.clusters.map(({ headers }) => headers), ...outer], virtualCluster)
  return {
    ...base,
    ...routed(action, { note, request, response }, rewrite, path, random),
    redirectLocation: wrongKind(path),
  }
}

interface Plans {
  readonly request: HeaderPlan | undefined
  readonly response: HeaderPlan | undefined
  /** Before anything changes the request. */
  readonly note?: ((exchange: Exchange) => void) | undefined
}

/**
 * The methods of a route that has clusters. What the chosen one changes comes before what `outer` does: that of route,
 * virtual host and route configuration.
 */
function routed(
  action: RouteAction,
  outer: Plans,
  rewrite: Rewrite,
  path: string,
  random: Random,
): Pick<MatchedRoute, 'pickTarget' | 'prepareRequest' | 'prepareResponse'> {
  const choose = compileTargets(action, random)
  const plans = new Map<WeightedCluster, Plans>()
  action.clusters.forEach((cluster, index) => {
    const at = `${path}.route.weighted_clusters.clusters[${index}]`
    const request = compileHeaderPlan([cluster.headers], 'request', at)
    const response = compileHeaderPlan([cluster.headers], 'response', at)
    if (request !== undefined || response !== undefined) plans.set(cluster, { request, response })
  })
  const ofTarget = (exchange: Exchange) =>
    plans.size === 0 || exchange.target === null ? undefined : plans.get(exchange.target)
  return {
    pickTarget(exchange) {
      const target = choose(exchange)
      exchange.target = target
      return target
    },
    prepareRequest(exchange, keepsOriginal) {
      outer.note?.(exchange)
      ofTarget(exchange)?.request?.(exchange)
      // As Envoy: here nothing keeps the host that the client named.
      exchange.authority = exchange.target?.hostRewriteLiteral ?? exchange.authority
      outer.request?.(exchange)
      rewrite(exchange, keepsOriginal)
    },
    prepareResponse(exchange) {
      ofTarget(exchange)?.response?.(exchange)
      outer.response?.(exchange)
    },
  }
}

/** What must be known of a request as it came. @param levels all that change its headers */
function compileNote(levels: readonly HeaderMutations[], virtualCluster: VirtualClusters): Plans['note'] {
  const changesType = levels.some(({ request }) => request.some(({ name }) => name === 'content-type'))
  if (!changesType && virtualCluster === undefined) return undefined
  return (exchange) => {
    if (changesType) exchange.cameAsGrpc = isGrpcRequest(exchange)
    if (virtualCluster !== undefined) exchange.virtualClusterName = virtualCluster(exchange)
  }
}

/** As Envoy: with a status that has a location, a direct response names what was asked for. */
function directLocation({ status }: DirectResponseAction, match: RouteMatch): MatchedRoute['redirectLocation'] {
  if (status !== 201 && (status < 300 || status > 399)) return () => ''
  return compileRedirect({ kind: 'redirect', status, stripQuery: false }, match, '')
}

function notRouted(path: string): Pick<MatchedRoute, 'pickTarget' | 'prepareRequest'> {
  return { pickTarget: wrongKind(path), prepareRequest: nothing }
}

function wrongKind(path: string): () => never {
  return () => {
    throw new MizzenError('internal', 'asked a route for what its action has not', { path })
  }
}

function nothing(): void {}
