import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf'
import type { ResourceRef, TypeUrl, XdsResource } from '@mizzen/xds'
import type { Cluster } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { Cluster_DiscoveryType, ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import type { Listener } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import type { RouteConfiguration } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '@mizzen/xds/types'
import { digest } from './digest.ts'
import { hostBlocks } from './host-blocks.ts'
import { joined } from './protobuf-bytes.ts'
import type { EncodedVirtualHost } from './virtual-host.ts'

export { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE }

export function clusterResource(cluster: Cluster, origins: readonly string[]): XdsResource {
  const { case: kind, value } = cluster.clusterDiscoveryType
  const isEds = kind === 'type' && value === Cluster_DiscoveryType.EDS
  const refs = isEds ? [{ typeUrl: ENDPOINT_TYPE, name: cluster.edsClusterConfig?.serviceName || cluster.name }] : []
  return encode(CLUSTER_TYPE, ClusterSchema, cluster, { name: cluster.name, refs, origins })
}

/** @param body an encoded ClusterLoadAssignment */
export function endpointResource(name: string, body: Uint8Array, origins: readonly string[]): XdsResource {
  return { typeUrl: ENDPOINT_TYPE, name, version: digest(body), body, refs: [], origins: distinct(origins) }
}

/**
 * A route configuration from virtual hosts that are encoded already. Its version is made from theirs.
 * @param settings all but the virtual hosts
 * @param refs of all clusters that they name; the same array as long as those are the same, so that nobody compares them
 * @param before an earlier version: what is the same in it is not copied again
 */
export function routeResource(
  settings: RouteConfiguration,
  hosts: readonly EncodedVirtualHost[],
  refs: readonly ResourceRef[],
  origins: readonly string[],
  before?: XdsResource,
): XdsResource {
  const head = toBinary(RouteConfigurationSchema, settings)
  const blocks = hostBlocks(hosts, before)
  return {
    typeUrl: ROUTE_TYPE,
    name: settings.name,
    version: digest(`${digest(head)} ${hosts.map((host) => host.version).join(' ')}`),
    body: blocks.length > 1 ? [head, ...blocks] : joined([head, ...blocks]),
    refs,
    origins,
  }
}

/** The clusters that virtual hosts name, in order, each once. */
export function clusterRefs(hosts: readonly Pick<EncodedVirtualHost, 'clusters'>[]): ResourceRef[] {
  const names = new Set(hosts.flatMap((host) => host.clusters))
  return [...names].sort().map((name) => ({ typeUrl: CLUSTER_TYPE, name }))
}

/** The objects that virtual hosts are made from, in order, each once. */
export function originsOf(hosts: readonly Pick<EncodedVirtualHost, 'origins'>[]): string[] {
  return [...new Set(hosts.flatMap((host) => host.origins))].sort()
}

/** What a listener names. */
export interface ListenerNames {
  readonly routes?: readonly string[]
  readonly clusters?: readonly string[]
  readonly secrets?: readonly string[]
}

export function listenerResource(
  listener: Listener,
  { routes = [], clusters = [], secrets = [] }: ListenerNames,
  origins: readonly string[],
): XdsResource {
  const refs = [...refsTo(ROUTE_TYPE, routes), ...refsTo(CLUSTER_TYPE, clusters), ...refsTo(SECRET_TYPE, secrets)]
  return encode(LISTENER_TYPE, ListenerSchema, listener, { name: listener.name, refs, origins })
}

function refsTo(typeUrl: TypeUrl, names: readonly string[]): ResourceRef[] {
  return [...new Set(names)].map((name) => ({ typeUrl, name }))
}

/** Equal for everybody who got one: the version is the content's, and what made it is part of what is known about it. */
export function sameResource(left: XdsResource, right: XdsResource): boolean {
  return (
    left.version === right.version &&
    left.typeUrl === right.typeUrl &&
    left.name === right.name &&
    left.origins.length === right.origins.length &&
    left.origins.every((origin, index) => origin === right.origins[index])
  )
}

function encode<Desc extends DescMessage>(
  typeUrl: TypeUrl,
  schema: Desc,
  message: MessageShape<Desc>,
  { name, refs, origins }: Pick<XdsResource, 'name' | 'refs' | 'origins'>,
): XdsResource {
  const body = toBinary(schema, message)
  return { typeUrl, name, version: digest(body), body, refs, origins: distinct(origins) }
}

function distinct(origins: readonly string[]): readonly string[] {
  return [...new Set(origins)].sort()
}
