import type { Labels } from '../model/labels.ts'
import type { ServiceModel } from '../model/service.ts'

/** Where routes are made for: the same VirtualService gives other routes at another port, gateway or client. */
export interface RouteContext {
  /** `namespace/name` of a Gateway, or `mesh`. */
  readonly gateway: string
  /** The port as the client sees it. */
  readonly listenPort: number
  readonly proxyNamespace: string
  readonly proxyLabels: Labels
  serviceOf(hostname: string): ServiceModel | undefined
}
