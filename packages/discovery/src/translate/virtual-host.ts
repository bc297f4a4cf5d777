import { create, toBinary } from '@bufbuild/protobuf'
import {
  type Route,
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost,
  VirtualHostSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { type RouteConfiguration, RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { digest } from './digest.ts'
import { fieldHead, joined } from './protobuf-bytes.ts'
import type { EncodedRoutes } from './route-list.ts'

/** Istio's limit for direct responses, which validation applies too. */
const MAX_DIRECT_RESPONSE_BYTES = 1024 * 1024

/** A virtual host as a field of the route configuration around it. */
export interface EncodedVirtualHost {
  readonly name: string
  readonly bytes: Uint8Array
  /** Every cluster that its routes name, once. */
  readonly clusters: readonly string[]
  readonly origins: readonly string[]
  readonly version: string
}

/** RouteConfiguration.virtual_hosts */
const VIRTUAL_HOSTS = 2

/** @param lists their routes with conditions come first, in order, then what takes everything: each list has its chance */
export function encodeVirtualHost(
  name: string,
  domains: readonly string[],
  lists: readonly EncodedRoutes[],
  httpsOnly = false,
): EncodedVirtualHost {
  const head = toBinary(VirtualHostSchema, virtualHost(name, domains, [], httpsOnly))
  const parts = [head, ...lists.map((list) => list.conditional), ...lists.map((list) => list.catchAll)]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = joined([fieldHead(VIRTUAL_HOSTS, length), ...parts])
  const [only] = lists
  const single = lists.length === 1 && only !== undefined
  return {
    name,
    bytes,
    clusters: single ? only.clusters : [...new Set(lists.flatMap((list) => list.clusters))].sort(),
    origins: single ? only.origins : [...new Set(lists.flatMap((list) => list.origins))],
    version: digest(bytes),
  }
}

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

export function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0
}
