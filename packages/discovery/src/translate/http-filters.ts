import { create, type JsonObject } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { OnDemandSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import {
  type HttpFilter,
  HttpFilterSchema,
} from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { pack, packStruct } from './any.ts'

export const FAULT_FILTER = 'envoy.filters.http.fault'
const STATS_FILTER = 'istio.stats'
const PEER_METADATA_FILTER = 'istio.peer_metadata'
const ON_DEMAND_FILTER = 'envoy.filters.http.on_demand'
const ROUTER_FILTER = 'envoy.filters.http.router'

/** Who sits at which end of the connection, from the proxy's point of view. */
export type Side = 'inbound' | 'outbound' | 'gateway'

/**
 * The HTTP filters of a listener, in the order in which a request passes them. Metrics and the exchange of peer
 * metadata are for Mizzen's own data plane; a stock Envoy would refuse them.
 * @param onDemand virtual hosts are fetched when a request needs them: first, so that the others know the route
 */
export function httpFilters(side: Side, ownFilters: boolean, onDemand = false): HttpFilter[] {
  const hosts = onDemand ? [filter(ON_DEMAND_FILTER, pack(OnDemandSchema, create(OnDemandSchema)))] : []
  const peerMetadata = ownFilters ? [filter(PEER_METADATA_FILTER, peerMetadataConfig(side))] : []
  const fault = side === 'inbound' ? [] : [filter(FAULT_FILTER, pack(HTTPFaultSchema, create(HTTPFaultSchema)))]
  const stats = ownFilters ? [filter(STATS_FILTER, STATS)] : []
  const router = filter(ROUTER_FILTER, pack(RouterSchema, create(RouterSchema)))
  return [...hosts, ...peerMetadata, ...fault, ...stats, router]
}

/** No settings: whom a proxy reports for follows from the listener's direction, and gateways are sources. */
const STATS = packStruct('stats.PluginConfig', {})

function filter(name: string, typedConfig: Any): HttpFilter {
  return create(HttpFilterSchema, { name, configType: { case: 'typedConfig', value: typedConfig } })
}

/** Servers read what the client says of itself and say who they are; clients the other way round. */
function peerMetadataConfig(side: Side): Any {
  const headers = { istio_headers: {} }
  const config: JsonObject =
    side === 'inbound'
      ? { downstream_discovery: [headers], downstream_propagation: [headers] }
      : { upstream_discovery: [headers], upstream_propagation: [headers] }
  return packStruct('io.istio.http.peer_metadata.Config', config)
}
