import type { TypeUrl } from './source.ts'

/** Type URLs of the resources that Mizzen serves or asks for (xDS v3). */
export const CLUSTER_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
export const ENDPOINT_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'
export const LISTENER_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.listener.v3.Listener'
export const ROUTE_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration'
export const SECRET_TYPE: TypeUrl = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret'
export const EXTENSION_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig'

/** Of virtual hosts that a route configuration leaves to VHDS; names are `route configuration/host`. Delta alone. */
export const VIRTUAL_HOST_TYPE: TypeUrl = 'type.googleapis.com/envoy.config.route.v3.VirtualHost'
/** Istio's table of names for the DNS of its agent (NDS). */
export const NAME_TABLE_TYPE: TypeUrl = 'type.googleapis.com/istio.networking.nds.v1.NameTable'

/**
 * The order in which types are considered when several could be sent: make before break, as in the Envoy documentation
 * ("Eventual consistency considerations"). Types that are not named here come last, in the order of their subscription.
 */
export const TYPE_ORDER: readonly TypeUrl[] = [
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  VIRTUAL_HOST_TYPE,
  SECRET_TYPE,
  EXTENSION_TYPE,
  NAME_TABLE_TYPE,
]

const OWN_TEXTS: ReadonlyMap<string, TypeUrl> = new Map(TYPE_ORDER.map((typeUrl) => [typeUrl, typeUrl]))

/** The constant above that says the same: maps find the same text faster than an equal one. */
export function ownType(typeUrl: string): TypeUrl {
  return OWN_TEXTS.get(typeUrl) ?? typeUrl
}

/** Types whose state-of-the-world responses list everything: what is missing from one is thereby removed. */
export const FULL_STATE_TYPES: ReadonlySet<TypeUrl> = new Set([CLUSTER_TYPE, LISTENER_TYPE])

/** Types that are only ever asked for by name: an empty first request means nothing, and not everything. */
export const NAMED_TYPES: ReadonlySet<TypeUrl> = new Set([
  ENDPOINT_TYPE,
  ROUTE_TYPE,
  VIRTUAL_HOST_TYPE,
  SECRET_TYPE,
  EXTENSION_TYPE,
])

/** `Cluster` for `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export function shortType(typeUrl: TypeUrl): string {
  return typeUrl.slice(Math.max(typeUrl.lastIndexOf('.'), typeUrl.lastIndexOf('/')) + 1)
}
