import type { DataPlane } from '../config/data-plane.ts'
import type {
  ClusterConfig,
  DemandedVirtualHost,
  EndpointsConfig,
  ListenerConfig,
  RouteConfig,
} from '../config/model.ts'
import type { SecretConfig } from '../config/tls-model.ts'
import type { ConfigCall } from './worker-message.ts'

/** What was put and not removed again: all that a new worker must be told. */
export class AppliedConfig {
  readonly #secrets = new Map<string, SecretConfig>()
  readonly #clusters = new Map<string, ClusterConfig>()
  readonly #endpoints = new Map<string, EndpointsConfig>()
  readonly #routes = new Map<string, RouteConfig>()
  /** By the names of their resources. */
  readonly #virtualHosts = new Map<string, DemandedVirtualHost>()
  readonly listeners = new Map<string, ListenerConfig>()

  /** @param call which was made, but for `putListener` and `removeListener` */
  record(method: keyof DataPlane, argument: unknown): void {
    switch (method) {
      case 'putSecret':
        this.#secrets.set((argument as SecretConfig).key, argument as SecretConfig)
        return
      case 'removeSecret':
        this.#secrets.delete(argument as string)
        return
      case 'putCluster':
        this.#clusters.set((argument as ClusterConfig).name, argument as ClusterConfig)
        return
      case 'removeCluster':
        this.#removeCluster(argument as string)
        return
      case 'putEndpoints':
        this.#endpoints.set((argument as EndpointsConfig).clusterName, argument as EndpointsConfig)
        return
      case 'putRoutes':
        this.#routes.set((argument as RouteConfig).name, argument as RouteConfig)
        return
      case 'removeRoutes':
        this.#removeRoutes(argument as string)
        return
      case 'putVirtualHost':
        this.#virtualHosts.set((argument as DemandedVirtualHost).name, argument as DemandedVirtualHost)
        return
      case 'removeVirtualHost':
        this.#virtualHosts.delete((argument as DemandedVirtualHost).name)
    }
  }

  /** In an order in which nothing refers to what comes later. */
  calls(): readonly ConfigCall[] {
    const put = (method: ConfigCall['method'], all: Iterable<unknown>) =>
      [...all].map((argument): ConfigCall => ({ kind: 'configure', method, argument }))
    return [
      ...put('putSecret', this.#secrets.values()),
      ...put('putEndpoints', this.#endpoints.values()),
      ...put('putCluster', this.#clusters.values()),
      ...put('putRoutes', this.#routes.values()),
      ...put('putVirtualHost', this.#virtualHosts.values()),
    ]
  }

  #removeRoutes(name: string): void {
    this.#routes.delete(name)
    for (const host of this.#virtualHosts.values()) if (host.routes === name) this.#virtualHosts.delete(host.name)
  }

  /** Its endpoints go with the last cluster that uses them, as in the workers. */
  #removeCluster(name: string): void {
    const removed = this.#clusters.get(name)
    this.#clusters.delete(name)
    if (removed === undefined) return
    const service = serviceOf(removed)
    if (![...this.#clusters.values()].some((cluster) => serviceOf(cluster) === service)) this.#endpoints.delete(service)
  }
}

function serviceOf({ name, edsServiceName }: ClusterConfig): string {
  return edsServiceName === '' ? name : edsServiceName
}
