import type { HTTPMatchRequest, HTTPRoute } from '@mizzen/api'
import { type Labels, selects } from './labels.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** Where routes are made for: the same VirtualService gives other routes at another port, gateway or client. */
export interface RoutePlace {
  /** `namespace/name` of a Gateway, or `mesh`. */
  readonly gateway: string
  /** The port as the client sees it. */
  readonly listenPort: number
  readonly proxyNamespace: string
  readonly proxyLabels: Labels
}

/** Whether the conditions that do not depend on the request hold. Gateways count before source conditions, as in Istio. */
export function appliesAt(match: HTTPMatchRequest, place: RoutePlace): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== place.listenPort) return false
  if (match.gateways !== undefined && match.gateways.length > 0) return match.gateways.includes(place.gateway)
  if (!selects(match.sourceLabels ?? {}, place.proxyLabels)) return false
  return !match.sourceNamespace || match.sourceNamespace === place.proxyNamespace
}

/** Whether a VirtualService has any route at this place. */
export function hasRoutesAt({ http }: VirtualServiceModel, place: RoutePlace): boolean {
  return http.some((route) => {
    const { match = [] } = route
    return leadsSomewhere(route) && (match.length === 0 || match.some((one) => appliesAt(one, place)))
  })
}

function leadsSomewhere({ route = [], redirect, directResponse }: HTTPRoute): boolean {
  return route.length > 0 || redirect !== undefined || directResponse !== undefined
}
