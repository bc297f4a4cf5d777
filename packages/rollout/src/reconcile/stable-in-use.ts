import type { Canary, RouteDestination, VirtualService } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import { overlaid } from '../overlay/overlay.ts'
import type { Scene } from './observe.ts'
import { hostNames } from './versions.ts'

/**
 * A route that still gives requests to the stable version, in words: one that the Canary does not shift, of the same
 * VirtualService or of another. Null = there is none, and what serves the version can go.
 */
export function stableUsedBy(store: Store, { spec }: Canary, { stable }: Scene): string | null {
  if (spec === undefined || stable === undefined) return null
  const { subset } = spec.stable
  for (const one of store.list('VirtualService') as readonly VirtualService[]) {
    const { namespace = 'default', name } = one.metadata
    const inForce = overlaid(one, store.list('Canary', namespace) as readonly Canary[])
    const names = hostNames(stable.service, stable.namespace, namespace)
    const uses = destinationsOf(inForce).find(
      ({ destination }) => names.includes(destination.host) && (subset === undefined || destination.subset === subset),
    )
    if (uses === undefined) continue
    return `VirtualService ${namespace}/${name} still sends requests to ${subset ?? stable.service}`
  }
  return null
}

/** Those that get requests: a weight counts only where there are several. */
function destinationsOf({ spec }: VirtualService): readonly Pick<RouteDestination, 'destination'>[] {
  const { http = [], tcp = [], tls = [] } = spec ?? {}
  return [...http, ...tcp, ...tls].flatMap(({ route = [] }) =>
    route.length === 1 ? route : (route as readonly RouteDestination[]).filter(({ weight = 0 }) => weight > 0),
  )
}
