import type { RoutePlace } from '../model/route-place.ts'
import type { ServiceModel } from '../model/service.ts'

/** What routes depend on besides their VirtualService. */
export interface RouteContext extends RoutePlace {
  serviceOf(hostname: string): ServiceModel | undefined
}
