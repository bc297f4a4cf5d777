import { type Random, silentLogger } from '@mizzen/base'
import { pickerFactory } from '../balancer/policy.ts'
import { checkListener } from '../config/check-listener.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { ClusterConfig, DemandedVirtualHost, ListenerConfig, RouteConfig } from '../config/model.ts'
import type { SecretConfig } from '../config/tls-model.ts'
import { compileRoutes } from '../route/route-table.ts'
import { checkSecret } from '../tls/check-secret.ts'
import { ClusterTransports } from '../tls/cluster-transports.ts'
import { ContextCache } from '../tls/context-cache.ts'
import { IdentityCache } from '../tls/identity-cache.ts'
import { SecretStore } from '../tls/secret-store.ts'

/**
 * Compiles what workers are about to get and drops the result: what is wrong must be refused before it is sent, since all
 * of them take it or none. Throws what the data plane would.
 */
export function checkConfig(method: keyof DataPlane, argument: unknown, random: Random): void {
  switch (method) {
    case 'putCluster':
      checkCluster(argument as ClusterConfig)
      return
    case 'putRoutes':
      void compileRoutes(argument as RouteConfig, random)
      return
    case 'putVirtualHost':
      void compileRoutes(alone(argument as DemandedVirtualHost), random)
      return
    case 'putListener':
      checkListener(argument as ListenerConfig, random)
      return
    case 'putSecret':
      checkSecret(argument as SecretConfig)
  }
}

function alone({ routes, host }: DemandedVirtualHost): RouteConfig {
  const headers = { request: [], response: [] }
  return { name: routes, virtualHosts: [host], ignorePortInHostMatching: false, headers, validateClusters: false }
}

/** With the secrets that are there to be found: they are checked when they come. */
function checkCluster(config: ClusterConfig): void {
  void pickerFactory(config)
  const deps = {
    secrets: new SecretStore(),
    identities: new IdentityCache(),
    contexts: new ContextCache(),
    logger: silentLogger,
  }
  void new ClusterTransports(deps).prepare(config)
}
