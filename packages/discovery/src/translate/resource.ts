import { createHash } from 'node:crypto'
import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf'
import type { ResourceRef, XdsResource } from '@mizzen/xds'
import type { Cluster } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { Cluster_DiscoveryType, ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import type { ClusterLoadAssignment } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import type { Listener } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import type { RouteConfiguration } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'

const PREFIX = 'type.googleapis.com/'

export const CLUSTER_TYPE = PREFIX + ClusterSchema.typeName
export const ENDPOINT_TYPE = PREFIX + ClusterLoadAssignmentSchema.typeName
export const ROUTE_TYPE = PREFIX + RouteConfigurationSchema.typeName
export const LISTENER_TYPE = PREFIX + ListenerSchema.typeName

export function clusterResource(cluster: Cluster, origins: readonly string[]): XdsResource {
  const { case: kind, value } = cluster.clusterDiscoveryType
  const isEds = kind === 'type' && value === Cluster_DiscoveryType.EDS
  const refs = isEds ? [{ typeUrl: ENDPOINT_TYPE, name: cluster.edsClusterConfig?.serviceName || cluster.name }] : []
  return encode(ClusterSchema, cluster, cluster.name, refs, origins)
}

export function endpointResource(assignment: ClusterLoadAssignment, origins: readonly string[]): XdsResource {
  return encode(ClusterLoadAssignmentSchema, assignment, assignment.clusterName, [], origins)
}

export function routeResource(routes: RouteConfiguration, origins: readonly string[]): XdsResource {
  const refs = clustersOf(routes).map((name) => ({ typeUrl: CLUSTER_TYPE, name }))
  return encode(RouteConfigurationSchema, routes, routes.name, refs, origins)
}

/** @param routes the route configurations or clusters that the listener names. */
export function listenerResource(
  listener: Listener,
  names: { readonly routes?: string; readonly cluster?: string },
  origins: readonly string[],
): XdsResource {
  const refs = [
    ...(names.routes === undefined ? [] : [{ typeUrl: ROUTE_TYPE, name: names.routes }]),
    ...(names.cluster === undefined ? [] : [{ typeUrl: CLUSTER_TYPE, name: names.cluster }]),
  ]
  return encode(ListenerSchema, listener, listener.name, refs, origins)
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
  schema: Desc,
  message: MessageShape<Desc>,
  name: string,
  refs: readonly ResourceRef[],
  origins: readonly string[],
): XdsResource {
  const body = toBinary(schema, message)
  return {
    typeUrl: PREFIX + schema.typeName,
    name,
    version: createHash('sha256').update(body).digest('hex').slice(0, 16),
    body,
    refs,
    origins: [...new Set(origins)].sort(),
  }
}

/** Every cluster that some route forwards or mirrors to, once. */
function clustersOf(routes: RouteConfiguration): string[] {
  const names = new Set<string>()
  for (const { action } of routes.virtualHosts.flatMap((host) => host.routes)) {
    if (action.case !== 'route') continue
    const { clusterSpecifier, requestMirrorPolicies } = action.value
    if (clusterSpecifier.case === 'cluster') names.add(clusterSpecifier.value)
    if (clusterSpecifier.case === 'weightedClusters') {
      for (const { name } of clusterSpecifier.value.clusters) names.add(name)
    }
    for (const { cluster } of requestMirrorPolicies) names.add(cluster)
  }
  return [...names].sort()
}
