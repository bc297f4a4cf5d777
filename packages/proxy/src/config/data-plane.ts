import type { DemandAnswer } from '../demand/demand.ts'
import type { ClusterConfig, DemandedVirtualHost, EndpointsConfig, ListenerConfig, RouteConfig } from './model.ts'
import type { SecretConfig } from './tls-model.ts'

/**
 * What configuration is put into. Each call takes effect at once and as a whole, or throws (rejects with) MizzenError and
 * changes nothing.
 */
export interface DataPlane {
  /** Resolves when it accepts connections. */
  putListener(config: ListenerConfig): Promise<void>
  removeListener(name: string): void
  putCluster(config: ClusterConfig): void
  removeCluster(name: string): void
  putEndpoints(config: EndpointsConfig): void
  putRoutes(config: RouteConfig): void
  /** With all virtual hosts that were put into it. */
  removeRoutes(name: string): void
  /** Adds to a route configuration that is there; stays when that is put again. */
  putVirtualHost(config: DemandedVirtualHost): void
  removeVirtualHost(which: Omit<DemandedVirtualHost, 'host'>): void
  /** Requests that wait for this go on. */
  answerDemand(answer: DemandAnswer): void
  /** New handshakes use it; connections that are there go on. */
  putSecret(config: SecretConfig): void
  /** @param key of the secret; whoever uses it keeps what there was */
  removeSecret(key: string): void
}
