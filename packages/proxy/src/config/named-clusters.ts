import type { ListenerConfig, RouteConfig, VirtualHostConfig } from './model.ts'
import { allChains } from './referenced-secrets.ts'

/** The clusters that requests of a virtual host may go to. */
export function clustersOfVirtualHost({ routes }: VirtualHostConfig): readonly string[] {
  return routes.flatMap(({ action }) =>
    action.kind === 'route' ? [...action.clusters.map(({ name }) => name), ...action.mirrors.map(mirrored)] : [],
  )
}

export function clustersOfRoutes({ virtualHosts }: RouteConfig): readonly string[] {
  return virtualHosts.flatMap(clustersOfVirtualHost)
}

/** Those that a listener names itself; not those of routes that come by name. */
export function clustersOfListener(config: ListenerConfig): readonly string[] {
  return allChains(config).flatMap(({ network }) => {
    if (network.kind === 'tcp') return network.tcp.clusters.map(({ name }) => name)
    if (network.kind !== 'http') return []
    return network.http.routes.kind === 'inline' ? clustersOfRoutes(network.http.routes.routes) : []
  })
}

function mirrored({ cluster }: { readonly cluster: string }): string {
  return cluster
}
