/** Resources of the types that a proxy asks for beside clusters, endpoints, listeners and routes. */
import { createRegistry, type DescMessage, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf'
import {
  CLUSTER_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  VIRTUAL_HOST_TYPE,
  type XdsResource,
} from '@mizzen/xds'
import { TypedExtensionConfigSchema } from '@mizzen/xds/gen/envoy/config/core/v3/extension_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { OnDemandSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { SecretSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { resource } from '../../packages/xds/test/memory-view.ts'

const ADS = { ads: {}, resource_api_version: 'V3' }
const TYPE = 'type.googleapis.com/'
const registry = createRegistry(
  HttpConnectionManagerSchema,
  RouterSchema,
  HTTPFaultSchema,
  DownstreamTlsContextSchema,
  OnDemandSchema,
)

function encode(schema: DescMessage, json: JsonObject): Uint8Array {
  return toBinary(schema, fromJson(schema, json, { registry }))
}

const ROUTER = {
  name: 'envoy.filters.http.router',
  typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
}
function onDemandFilter(clusters: boolean): JsonObject {
  const odcds = { source: ADS, timeout: '2s' }
  const typed = { '@type': `${TYPE}envoy.extensions.filters.http.on_demand.v3.OnDemand`, ...(clusters && { odcds }) }
  return { name: 'envoy.filters.http.on_demand', typed_config: typed }
}

function abort(status: number): JsonObject {
  const fault = { http_status: status, percentage: { numerator: 100 } }
  return { '@type': `${TYPE}envoy.extensions.filters.http.fault.v3.HTTPFault`, abort: fault }
}

export interface EntryOptions {
  readonly port: number
  /** Inline, or the name of what comes by RDS. */
  readonly routes: JsonObject | string
  /** Name of a filter that comes by ECDS. */
  readonly filter?: string
  /** Until it has come: answer everything with this status, if there is one; without waiting for it. */
  readonly fallback?: number
  /** Name of a certificate that comes by SDS. */
  readonly secret?: string
  /** Virtual hosts are fetched when somebody asks for them. */
  readonly onDemand?: boolean
  /** Clusters are, too. */
  readonly clusters?: boolean
}

/** An HTTP listener on the loopback. */
export function entry(
  name: string,
  { port, routes, filter, fallback, secret, onDemand = false, clusters = false }: EntryOptions,
): XdsResource {
  const discovered = {
    name: filter ?? '',
    config_discovery: {
      config_source: { ...ADS, initial_fetch_timeout: '0.3s' },
      type_urls: [`${TYPE}envoy.extensions.filters.http.fault.v3.HTTPFault`],
      ...(fallback !== undefined && {
        default_config: abort(fallback),
        apply_default_config_without_warming: true,
      }),
    },
  }
  const filters = [
    ...(onDemand || clusters ? [onDemandFilter(clusters)] : []),
    ...(filter === undefined ? [] : [discovered]),
    ROUTER,
  ]
  const manager = {
    '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    ...{ stat_prefix: name, http_filters: filters },
    ...(typeof routes === 'string'
      ? { rds: { route_config_name: routes, config_source: ADS } }
      : { route_config: routes }),
  }
  const tls = {
    '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: { tls_certificate_sds_secret_configs: [{ name: secret ?? '', sds_config: ADS }] },
  }
  const socket = { name: 'envoy.transport_sockets.tls', typed_config: tls }
  const chain = {
    filters: [{ name: 'http', typed_config: manager }],
    ...(secret !== undefined && { transport_socket: socket }),
  }
  const body = encode(ListenerSchema, {
    ...{ name, filter_chains: [chain] },
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
  })
  const refs = [
    ...(typeof routes === 'string' ? [{ typeUrl: ROUTE_TYPE, name: routes }] : []),
    ...(filter === undefined ? [] : [{ typeUrl: EXTENSION_TYPE, name: filter }]),
    ...(secret === undefined ? [] : [{ typeUrl: SECRET_TYPE, name: secret }]),
  ]
  return resource(LISTENER_TYPE, name, body, refs)
}

/**
 * Routes whose virtual hosts come one by one, when a request for them comes. Envoy waits for the first of them before the
 * routes are in use: not for long, as there is none before somebody asks.
 */
export function onDemandRoutes(name: string): XdsResource {
  const vhds = { config_source: { ...ADS, initial_fetch_timeout: '0.05s' } }
  return resource(ROUTE_TYPE, name, encode(RouteConfigurationSchema, { name, vhds }))
}

/** Everything for a host to a cluster. The virtual host itself has the name of its resource: Envoy removes it by that. */
export function virtualHost(routes: string, host: string, cluster: string): XdsResource {
  const name = `${routes}/${host}`
  const body = encode(VirtualHostSchema, {
    ...{ name, domains: [host] },
    routes: [{ match: { prefix: '/' }, route: { cluster } }],
  })
  return resource(VIRTUAL_HOST_TYPE, name, body, [{ typeUrl: CLUSTER_TYPE, name: cluster }])
}

/** Routes that answer by themselves. */
export function direct(status: number): JsonObject {
  return {
    name: 'direct',
    virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status } }] }],
  }
}

/** Routes to one cluster. */
export function routed(cluster: string): JsonObject {
  const routes = [{ match: { prefix: '/' }, route: { cluster } }]
  return { name: 'routed', validate_clusters: false, virtual_hosts: [{ name: 'all', domains: ['*'], routes }] }
}

/** A filter that answers everything with this status. */
export function abortFilter(name: string, status: number): XdsResource {
  return resource(EXTENSION_TYPE, name, encode(TypedExtensionConfigSchema, { name, typed_config: abort(status) }))
}

/** @param chain and key PEM */
export function certificateSecret(name: string, chain: string, key: string): XdsResource {
  const tls_certificate = { certificate_chain: { inline_string: chain }, private_key: { inline_string: key } }
  return resource(SECRET_TYPE, name, encode(SecretSchema, { name, tls_certificate }))
}
