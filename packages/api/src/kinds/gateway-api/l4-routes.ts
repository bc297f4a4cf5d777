import { about, list, message, type Of } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { gatewayApiKind, Hostname, SectionName } from './gateway-api-kind.ts'
import { BackendRef, ROUTE_FIELDS } from './route-parts.ts'

const Rule = message(
  { backendRefs: about('Where connections go, by weight.', list(BackendRef, [1, 16])) },
  { name: SectionName },
)
const Rules = about('One rule.', list(Rule, [1, 16]))

/** Of TCPRoute and UDPRoute. */
export const L4RouteSpec = message({ rules: Rules }, ROUTE_FIELDS)
export type L4RouteSpec = Of<typeof L4RouteSpec>

export const TlsRouteSpec = message(
  { rules: Rules },
  { ...ROUTE_FIELDS, hostnames: about('Server names (SNI), `*.` for all below.', list(Hostname, [0, 16])) },
)
export type TlsRouteSpec = Of<typeof TlsRouteSpec>

export type KubernetesTcpRoute = Typed<L4RouteSpec>
export type KubernetesTlsRoute = Typed<TlsRouteSpec>
export type UdpRoute = Typed<L4RouteSpec>

export const tcpRouteKind = gatewayApiKind(
  'TCPRoute',
  { plural: 'tcproutes', versions: ['v1', 'v1alpha2'] },
  L4RouteSpec,
)
export const tlsRouteKind = gatewayApiKind(
  'TLSRoute',
  { plural: 'tlsroutes', versions: ['v1', 'v1alpha3', 'v1alpha2'] },
  TlsRouteSpec,
)
export const udpRouteKind = gatewayApiKind(
  'UDPRoute',
  { plural: 'udproutes', versions: ['v1', 'v1alpha2'] },
  L4RouteSpec,
)
