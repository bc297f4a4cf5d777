import { createRegistry, type DescMessage, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf'
import { ClusterSchema } from '../gen/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '../gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '../gen/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '../gen/envoy/config/route/v3/route_pb.js'
import { RouterSchema } from '../gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, type XdsResource } from '../src/index.ts'
import { resource } from './memory-view.ts'

const registry = createRegistry(HttpConnectionManagerSchema, RouterSchema)
const ADS = { ads: {}, resource_api_version: 'V3' }

function encode(schema: DescMessage, json: JsonObject): Uint8Array {
  return toBinary(schema, fromJson(schema, json, { registry }))
}

/** An EDS cluster with its one endpoint on the loopback. */
export function cluster(name: string, port: number, connectTimeout = '1s'): XdsResource[] {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } }
  const body = encode(ClusterSchema, {
    ...{ name, type: 'EDS', connect_timeout: connectTimeout, eds_cluster_config: { eds_config: ADS } },
  })
  const endpoints = encode(ClusterLoadAssignmentSchema, {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
  })
  return [
    resource(CLUSTER_TYPE, name, body, [{ typeUrl: ENDPOINT_TYPE, name }]),
    resource(ENDPOINT_TYPE, name, endpoints),
  ]
}

/** A route configuration that sends what `match` says to a cluster. */
export function route(name: string, clusterName: string, match: JsonObject = { prefix: '/' }): XdsResource {
  const routes = [{ match, route: { cluster: clusterName } }]
  const body = encode(RouteConfigurationSchema, {
    name,
    virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
  })
  return resource(ROUTE_TYPE, name, body, [{ typeUrl: CLUSTER_TYPE, name: clusterName }])
}

/** An HTTP listener on a port of the loopback (0: that the system chooses); its routes come by RDS. */
export function listener(name: string, routeName: string, port = 0): XdsResource {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: name,
    rds: { route_config_name: routeName, config_source: ADS },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
  const body = encode(ListenerSchema, {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  })
  return resource(LISTENER_TYPE, name, body, [{ typeUrl: ROUTE_TYPE, name: routeName }])
}
