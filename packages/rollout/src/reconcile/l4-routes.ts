import type { CanarySpec, RouteDestination, TCPRoute, TLSRoute, VirtualService } from '@mizzen/api'
import { leadsToVersion } from './version-split.ts'

type L4Route = TCPRoute | TLSRoute

/**
 * The `tcp` and `tls` routes of a VirtualService that a Canary shifts: those that it names by port or server name, or,
 * where it names no routes at all, all that lead to one of its versions.
 */
export function l4RoutesOf(virtualService: VirtualService, spec: CanarySpec): readonly L4Route[] {
  return [
    ...(virtualService.spec?.tcp ?? []).filter((route) => isTcpMeant(route, spec)),
    ...(virtualService.spec?.tls ?? []).filter((route) => isTlsMeant(route, spec)),
  ].filter(({ route }) => leadsToVersion(route, spec))
}

/** Changes the destinations of these routes; everything else stays. */
export function editL4(
  virtualService: VirtualService,
  spec: CanarySpec,
  change: (destinations: readonly RouteDestination[]) => readonly RouteDestination[],
): VirtualService {
  const chosen = new Set<L4Route>(l4RoutesOf(virtualService, spec))
  if (chosen.size === 0) return virtualService
  const changed = <One extends L4Route>(route: One): One =>
    chosen.has(route) ? { ...route, route: [...change(route.route ?? [])] } : route
  const { tcp, tls } = virtualService.spec ?? {}
  const l4 = { ...(tcp && { tcp: tcp.map(changed) }), ...(tls && { tls: tls.map(changed) }) }
  return { ...virtualService, spec: { ...virtualService.spec, ...l4 } } as VirtualService
}

function isTcpMeant({ match = [] }: TCPRoute, { traffic }: CanarySpec): boolean {
  if (traffic.tcpRoutes === undefined) return namesNone(traffic)
  return traffic.tcpRoutes.some(
    ({ port }) => port === undefined || match.length === 0 || match.some((one) => one.port === port),
  )
}

function isTlsMeant({ match }: TLSRoute, { traffic }: CanarySpec): boolean {
  if (traffic.tlsRoutes === undefined) return namesNone(traffic)
  return traffic.tlsRoutes.some(({ port, sniHosts = [] }) =>
    match.some(
      (one) =>
        (port === undefined || one.port === port) &&
        (sniHosts.length === 0 || sniHosts.some((name) => one.sniHosts.includes(name))),
    ),
  )
}

function namesNone({ routes = [], tcpRoutes, tlsRoutes }: CanarySpec['traffic']): boolean {
  return routes.length === 0 && tcpRoutes === undefined && tlsRoutes === undefined
}
