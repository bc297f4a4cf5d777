import type { RoutePlace } from './route-place.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** What a list of routes is made from. Equal plans are one list, encoded once for all virtual hosts that have it. */
export type RouteListPlan =
  /** Everything to the cluster of a service's port. */
  | { readonly kind: 'default'; readonly hostname: string; readonly port: number }
  /** Those of a VirtualService (by its key) at a place. */
  | { readonly kind: 'rule'; readonly rule: string; readonly place: RoutePlace }

/** @param place is kept without the client where the VirtualService does not ask who the client is */
export function ruleList(rule: VirtualServiceModel, place: RoutePlace): RouteListPlan {
  const anybody = { ...place, proxyNamespace: '', proxyLabels: {} }
  return { kind: 'rule', rule: rule.origin.key, place: asksForSource(rule) ? place : anybody }
}

export function routeListKey(plan: RouteListPlan): string {
  if (plan.kind === 'default') return `default ${plan.hostname}:${plan.port}`
  const { gateway, listenPort, proxyNamespace, proxyLabels } = plan.place
  const client = proxyNamespace === '' ? '' : ` ${proxyNamespace} ${JSON.stringify(proxyLabels)}`
  return `${plan.rule} ${gateway} ${listenPort}${client}`
}

function asksForSource({ http }: VirtualServiceModel): boolean {
  return http.some(({ match = [] }) =>
    match.some(({ sourceLabels, sourceNamespace }) => sourceLabels !== undefined || Boolean(sourceNamespace)),
  )
}
