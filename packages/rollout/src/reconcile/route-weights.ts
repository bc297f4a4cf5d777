import type { CanarySpec, VirtualService, VirtualServiceSpec } from '@mizzen/api'
import { editL4, l4RoutesOf } from './l4-routes.ts'
import { at, isVersion, leadsToVersion, split, weightIn, withoutVersion } from './version-split.ts'

export type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number]

/** Names of the routes that a rollout puts in front begin so. */
export const VARIANT = 'mizzen-canary'

export interface Weights {
  /** Percent of what both versions get together. */
  readonly weight: number
  readonly mirror: number
}

/** How the routes that a Canary names split traffic, or why there is no telling. */
export function weightsOf(
  virtualService: VirtualService,
  spec: CanarySpec,
  meant: readonly number[] = [],
): Weights | { readonly problem: string } {
  const http = routesOf(virtualService, spec)
  const routes = [...http, ...l4RoutesOf(virtualService, spec)]
  if (routes.length === 0) return { problem: `no route of ${virtualService.metadata.name} leads to the stable version` }
  const missing = (spec.traffic.routes ?? []).find((name) => !http.some((route) => route.name === name))
  if (missing !== undefined)
    return { problem: `${virtualService.metadata.name} has no route ${missing} to the stable version` }
  const weights = routes.map(({ route = [] }) => weightIn(route, spec, meant))
  const [first = 0] = weights
  // Routes that differ are somebody's own doing: the highest counts, so that the weight is never taken for lower than it is.
  return {
    weight: weights.every((weight) => weight === first) ? first : Math.max(...weights),
    mirror: mirrorIn(http, spec),
  }
}

/** The VirtualService with another split; everything else in it stays as the user wrote it. */
export function withWeight(virtualService: VirtualService, spec: CanarySpec, weight: number): VirtualService {
  const http = edit(virtualService, spec, (route) => ({ ...route, route: [...split(route.route ?? [], spec, weight)] }))
  return editL4(http, spec, (destinations) => split(destinations, spec, weight))
}

/** The VirtualService that sends copies of that percentage of requests to the canary; 0 takes the mirror away. */
export function withMirror(virtualService: VirtualService, spec: CanarySpec, percentage: number): VirtualService {
  return edit(virtualService, spec, (route) => {
    const others = (route.mirrors ?? []).filter(({ destination }) => !isVersion(destination, spec.canary))
    const target = route.route?.find(({ destination }) => isVersion(destination, spec.stable))?.destination
    const { mirrors: _mirrors, ...rest } = route
    if (percentage === 0 || target === undefined) return others.length === 0 ? rest : { ...rest, mirrors: others }
    const mirror = { destination: at(target, spec.canary), percentage: { value: percentage } }
    return { ...rest, mirrors: [...others, mirror] }
  })
}

/** The VirtualService that knows the promoted version alone. */
export function withoutStable(virtualService: VirtualService, spec: CanarySpec): VirtualService {
  const http = edit(virtualService, spec, (route) => ({
    ...route,
    route: [...withoutVersion(route.route ?? [], spec.stable)],
  }))
  return editL4(http, spec, (destinations) => withoutVersion(destinations, spec.stable))
}

/** Changes the routes that a Canary names; the others stay. */
export function edit(
  virtualService: VirtualService,
  spec: CanarySpec,
  change: (route: HttpRoute) => HttpRoute,
): VirtualService {
  const chosen = new Set(routesOf(virtualService, spec))
  if (chosen.size === 0) return virtualService
  const http = (virtualService.spec?.http ?? []).map((route) => (chosen.has(route) ? change(route) : route))
  return withHttp(virtualService, http)
}

export function withHttp(virtualService: VirtualService, http: readonly HttpRoute[]): VirtualService {
  if (http.length === 0 && virtualService.spec?.http === undefined) return virtualService
  return { ...virtualService, spec: { ...virtualService.spec, http } } as VirtualService
}

/** HTTP's: those that the Canary names, or where it names none at all, all that lead to one of its versions. */
export function routesOf(virtualService: VirtualService, spec: CanarySpec): readonly HttpRoute[] {
  const { routes = [], tcpRoutes, tlsRoutes } = spec.traffic
  const all = routes.length === 0 && tcpRoutes === undefined && tlsRoutes === undefined
  return (virtualService.spec?.http ?? []).filter(
    (route) =>
      !(route.name ?? '').startsWith(VARIANT) &&
      (all || routes.includes(route.name ?? '')) &&
      leadsToVersion(route.route, spec),
  )
}

function mirrorIn(routes: readonly HttpRoute[], spec: CanarySpec): number {
  const shares = routes
    .flatMap(({ mirrors }) => mirrors ?? [])
    .filter(({ destination }) => isVersion(destination, spec.canary))
    .map(({ percentage }) => percentage?.value ?? 100)
  return Math.max(0, ...shares)
}
