/**
 * What gRPC libraries take from xDS instead of a proxy ("proxyless"), as Istio serves it to nodes with `GENERATOR: grpc`: a
 * listener for each name of a service, clusters that balance in the one way that all of these libraries know, and for servers
 * a listener for each of their ports.
 *
 * They refuse what they do not know, so only what they read is set.
 * https://github.com/grpc/proposal: A27 (clients), A36 (servers).
 */
import { create } from '@bufbuild/protobuf'
import type { XdsResource } from '@mizzen/xds'
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { RouteSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { type AssignmentPlan, assignmentPlans, type ServicePolicy } from '../model/assignment.ts'
import type { ProxylessServerPlan } from '../model/proxy-plan.ts'
import { pack } from './any.ts'
import { ADS } from './config-source.ts'
import { managerFilter, routesByName } from './connection-manager.ts'
import { filterChain } from './filter-chain.ts'
import { httpFilters } from './http-filters.ts'
import { clusterResource, listenerResource } from './resource.ts'
import { routeMatch } from './route-match.ts'
import { socketAddress } from './socket-address.ts'
import { routeConfiguration, virtualHost } from './virtual-host.ts'

/** @param name what the client asks for: `host:port` */
export function apiListener(name: string, routeName: string, origins: readonly string[]): XdsResource {
  const manager = create(HttpConnectionManagerSchema, {
    routeSpecifier: { case: 'rds', value: routesByName(routeName) },
    httpFilters: httpFilters('outbound', false),
  })
  const apiListener = { apiListener: pack(HttpConnectionManagerSchema, manager) }
  return listenerResource(create(ListenerSchema, { name, apiListener }), { routes: [routeName] }, origins)
}

/** A port on which the client serves: it lets every call through. */
export function serverListener({ name, address, port }: ProxylessServerPlan): Listener {
  const everything = create(RouteSchema, {
    match: routeMatch(undefined),
    action: { case: 'nonForwardingAction', value: {} },
  })
  const manager = create(HttpConnectionManagerSchema, {
    routeSpecifier: {
      case: 'routeConfig',
      value: routeConfiguration('inbound', [virtualHost('inbound', ['*'], [everything])], false),
    },
    httpFilters: httpFilters('inbound', false),
  })
  return create(ListenerSchema, {
    name,
    address: socketAddress(address, port),
    filterChains: [filterChain({ name: 'inbound-plaintext', filters: [managerFilter(manager)] })],
  })
}

/** The clusters of a service whose endpoints are known; by service port. */
export function proxylessClusters(policy: ServicePolicy): { readonly port: number; readonly resource: XdsResource }[] {
  if (policy.service.resolution !== 'STATIC') return []
  return assignmentPlans(policy).map((plan) => ({ port: plan.port.number, resource: proxylessCluster(plan) }))
}

function proxylessCluster({ cluster: name, origins }: AssignmentPlan): XdsResource {
  const cluster = create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.EDS },
    edsClusterConfig: { serviceName: name, edsConfig: ADS },
    lbPolicy: LbPolicy.ROUND_ROBIN,
  })
  return clusterResource(cluster, origins)
}
