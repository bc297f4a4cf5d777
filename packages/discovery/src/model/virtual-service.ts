import type { Destination, HTTPMatchRequest, HTTPRoute, TCPRoute, TLSRoute, VirtualService } from '@mizzen/api'
import { resolveShortName } from './host-name.ts'
import type { Labels } from './labels.ts'
import type { MeshSettings } from './mesh-settings.ts'
import { type Origin, originOf } from './origin.ts'
import { parseExportTo, type Visibility } from './visibility.ts'

/** The name that stands for all sidecars. */
export const MESH_GATEWAY = 'mesh'

/** A route, with where it is written if that is another object: a delegate. */
export type RouteModel = HTTPRoute & { readonly from?: { readonly origin: string; readonly path: string } }

/** A VirtualService with every name in full. */
export interface VirtualServiceModel {
  readonly origin: Origin
  readonly hosts: readonly string[]
  /** `namespace/name`, or `mesh`. */
  readonly gateways: readonly string[]
  readonly http: readonly RouteModel[]
  /** Of TLS that is passed on, by server name. */
  readonly tls: readonly TLSRoute[]
  /** Of connections whose content is not looked at. */
  readonly tcp: readonly TCPRoute[]
  readonly visibility: Visibility
}

export function virtualServiceModel(object: VirtualService, mesh: MeshSettings): VirtualServiceModel {
  const origin = originOf(object)
  const { hosts = [], gateways, http = [], tls = [], tcp = [], exportTo } = object.spec
  const full = (host: string) => resolveShortName(host, origin.namespace, mesh.domain)
  const gateway = (name: string) => resolveGatewayName(name, origin.namespace)
  return {
    origin,
    hosts: hosts.map((host) => full(host).toLowerCase()),
    gateways: gateways === undefined || gateways.length === 0 ? [MESH_GATEWAY] : gateways.map(gateway),
    http: http.map((route) => resolveRoute(route, full, gateway)),
    tls: tls.map((route) => resolveL4Route(route, full, gateway)),
    tcp: tcp.map((route) => resolveL4Route(route, full, gateway)),
    visibility: parseExportTo(exportTo, origin.namespace),
  }
}

/** `namespace/name` of a Gateway as an object of `namespace` names it: `name`, `./name`, `ns/name`, `name.ns`. */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name === MESH_GATEWAY) return name
  if (name.includes('/')) return name.startsWith('./') ? `${namespace}/${name.slice(2)}` : name
  const [first, second] = name.split('.')
  return second === undefined ? `${namespace}/${name}` : `${second}/${first}`
}

function resolveRoute(route: HTTPRoute, full: (host: string) => string, gateway: (name: string) => string): HTTPRoute {
  const match = (one: HTTPMatchRequest): HTTPMatchRequest =>
    one.gateways === undefined ? one : { ...one, gateways: one.gateways.map(gateway) }
  const destination = <D extends { readonly host: string }>(one: D): D => ({ ...one, host: full(one.host) })
  return {
    ...route,
    ...(route.match && { match: route.match.map(match) }),
    ...(route.route && {
      route: route.route.map((one) => ({ ...one, destination: destination(one.destination) })),
    }),
    ...(route.mirror && { mirror: destination(route.mirror) }),
    ...(route.mirrors && {
      mirrors: route.mirrors.map((one) => ({ ...one, destination: destination(one.destination) })),
    }),
  }
}

function resolveL4Route<R extends TLSRoute | TCPRoute>(
  route: R,
  full: (host: string) => string,
  gateway: (name: string) => string,
): R {
  const match = route.match?.map((one) =>
    one.gateways === undefined ? one : { ...one, gateways: one.gateways.map(gateway) },
  )
  const to = route.route?.map((one) => ({
    ...one,
    destination: { ...one.destination, host: full(one.destination.host) },
  }))
  return { ...route, ...(match && { match }), ...(to && { route: to }) }
}

export interface ClientMatch {
  readonly sourceLabels?: Labels
  readonly sourceNamespace?: string
}

/** Any of its routes: those of HTTP have more to them. */
type AnyRoute = Pick<HTTPRoute, 'route' | 'mirror' | 'mirrors'> & { readonly match?: readonly ClientMatch[] }

function routesOf({ http, tls, tcp }: VirtualServiceModel): readonly AnyRoute[] {
  return tls.length === 0 && tcp.length === 0 ? http : [...http, ...tls, ...tcp]
}

/** What its routes ask of the client, whatever they carry. */
export function clientMatches(rule: VirtualServiceModel): readonly ClientMatch[] {
  return routesOf(rule).flatMap(({ match = [] }) => match)
}

/** Everything that some route of it forwards or mirrors to. */
export function destinationsOf(rule: VirtualServiceModel): Destination[] {
  return routesOf(rule).flatMap(destinationsOfRoute)
}

/** The same, of the routes that clients of a namespace can come to. */
export function destinationsFor(rule: VirtualServiceModel, namespace: string): Destination[] {
  const open = ({ match = [] }: AnyRoute) =>
    match.length === 0 || match.some(({ sourceNamespace }) => !sourceNamespace || sourceNamespace === namespace)
  return routesOf(rule).filter(open).flatMap(destinationsOfRoute)
}

function destinationsOfRoute({ route = [], mirror, mirrors = [] }: AnyRoute): Destination[] {
  return [...[...route, ...mirrors].map(({ destination }) => destination), ...(mirror ? [mirror] : [])]
}

/** Keys of the objects that it is made from: itself, and its delegates. */
export function originsOfRule({ origin, http }: VirtualServiceModel): string[] {
  return [...new Set([origin.key, ...http.flatMap(({ from }) => from?.origin ?? [])])]
}
