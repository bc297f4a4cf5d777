import { create } from '@bufbuild/protobuf'
import {
  type Route,
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost,
  VirtualHostSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { type RouteConfiguration, RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'

/** Istio's limit for direct responses, which validation applies too. */
const MAX_DIRECT_RESPONSE_BYTES = 1024 * 1024

export function virtualHost(
  name: string,
  domains: readonly string[],
  routes: readonly Route[],
  httpsOnly = false,
): VirtualHost {
  return create(VirtualHostSchema, {
    name,
    domains: [...domains],
    routes: [...routes],
    requireTls: httpsOnly ? TlsRequirement.ALL : TlsRequirement.NONE,
    includeRequestAttemptCount: true,
  })
}

/** Clusters are not checked against it: a route may name one that comes later, or never. */
export function routeConfiguration(
  name: string,
  virtualHosts: readonly VirtualHost[],
  ignorePortInHostMatching: boolean,
): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [...virtualHosts],
    validateClusters: false,
    maxDirectResponseBodySizeBytes: MAX_DIRECT_RESPONSE_BYTES,
    ignorePortInHostMatching,
  })
}

export function byName(left: VirtualHost, right: VirtualHost): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0
}
