import type { CanarySpec, VirtualService, VirtualServiceSpec } from '@mizzen/api'

export type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number]
type HttpDestination = NonNullable<HttpRoute['route']>[number]
type Version = CanarySpec['stable']

/** Names of the routes that a rollout puts in front begin so. */
export const VARIANT = 'mizzen-canary'

export interface Weights {
  /** Percent of what both versions get together. */
  readonly weight: number
  readonly mirror: number
}

/** How the routes that a Canary names split traffic, or why there is no telling. */
export function weightsOf(virtualService: VirtualService, spec: CanarySpec): Weights | { readonly problem: string } {
  const routes = routesOf(virtualService, spec)
  if (routes.length === 0) return { problem: `no route of ${virtualService.metadata.name} leads to the stable version` }
  const missing = (spec.traffic.routes ?? []).find((name) => !routes.some((route) => route.name === name))
  if (missing !== undefined)
    return { problem: `${virtualService.metadata.name} has no route ${missing} to the stable version` }
  const weights = routes.map((route) => weightIn(route, spec))
  const [first = 0] = weights
  // Routes that differ are somebody's own doing: the highest counts, so that the weight is never taken for lower than it is.
  return {
    weight: weights.every((weight) => weight === first) ? first : Math.max(...weights),
    mirror: mirrorIn(routes, spec),
  }
}

/** The VirtualService with another split; everything else in it stays as the user wrote it. */
export function withWeight(virtualService: VirtualService, spec: CanarySpec, weight: number): VirtualService {
  return edit(virtualService, spec, (route) => ({ ...route, route: split(route.route ?? [], spec, weight) }))
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
  return edit(virtualService, spec, (route) => ({
    ...route,
    route: (route.route ?? []).filter(({ destination }) => !isVersion(destination, spec.stable)),
  }))
}

/** Changes the routes that a Canary names; the others stay. */
export function edit(
  virtualService: VirtualService,
  spec: CanarySpec,
  change: (route: HttpRoute) => HttpRoute,
): VirtualService {
  const chosen = new Set(routesOf(virtualService, spec))
  const http = (virtualService.spec?.http ?? []).map((route) => (chosen.has(route) ? change(route) : route))
  return withHttp(virtualService, http)
}

export function withHttp(virtualService: VirtualService, http: readonly HttpRoute[]): VirtualService {
  return { ...virtualService, spec: { ...virtualService.spec, http } } as VirtualService
}

/** Those that the Canary names, or all that lead to one of its versions. */
export function routesOf(virtualService: VirtualService, spec: CanarySpec): readonly HttpRoute[] {
  const { routes } = spec.traffic
  return (virtualService.spec?.http ?? []).filter(
    (route) =>
      !(route.name ?? '').startsWith(VARIANT) &&
      (routes === undefined || routes.length === 0 || routes.includes(route.name ?? '')) &&
      (route.route ?? []).some(
        ({ destination }) => isVersion(destination, spec.stable) || isVersion(destination, spec.canary),
      ),
  )
}

/** Destinations of neither version keep their weights; what the two have together is shared anew. */
function split(destinations: readonly HttpDestination[], spec: CanarySpec, weight: number): HttpDestination[] {
  const stable = destinations.find(({ destination }) => isVersion(destination, spec.stable))
  const canary = destinations.find(({ destination }) => isVersion(destination, spec.canary))
  const known = stable ?? canary
  if (known === undefined) return [...destinations]
  const others = destinations.filter((one) => one !== stable && one !== canary)
  const rest = others.reduce((sum, one) => sum + (one.weight ?? 0), 0)
  const both = Math.max(0, 100 - rest)
  const share = Math.round((both * weight) / 100)
  const part = (old: HttpDestination | undefined, version: Version, amount: number): HttpDestination => ({
    ...(old ?? { destination: at(known.destination, version) }),
    weight: amount,
  })
  return [part(stable, spec.stable, both - share), part(canary, spec.canary, share), ...others]
}

function weightIn(route: HttpRoute, spec: CanarySpec): number {
  const sum = (version: Version) =>
    (route.route ?? [])
      .filter(({ destination }) => isVersion(destination, version))
      .reduce((total, { weight }) => total + (weight ?? (route.route?.length === 1 ? 100 : 0)), 0)
  const canary = sum(spec.canary)
  const both = canary + sum(spec.stable)
  return both === 0 ? 0 : Math.round((100 * canary) / both)
}

function mirrorIn(routes: readonly HttpRoute[], spec: CanarySpec): number {
  const shares = routes
    .flatMap(({ mirrors }) => mirrors ?? [])
    .filter(({ destination }) => isVersion(destination, spec.canary))
    .map(({ percentage }) => percentage?.value ?? 100)
  return Math.max(0, ...shares)
}

export function isVersion(destination: HttpDestination['destination'] | undefined, version: Version): boolean {
  if (destination === undefined) return false
  return version.subset === undefined ? destination.host === version.host : destination.subset === version.subset
}

/** The same destination, of another version. */
export function at(destination: HttpDestination['destination'], version: Version): HttpDestination['destination'] {
  if (version.subset !== undefined) return { ...destination, subset: version.subset }
  const { subset: _subset, ...rest } = destination
  return { ...rest, host: version.host ?? destination.host }
}
