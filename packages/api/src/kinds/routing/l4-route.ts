import { list, map, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { RouteDestination } from './destination.ts'

export const TLSMatchAttributes = message(
  { sniHosts: list(text) },
  {
    destinationSubnets: list(text),
    port: uint32,
    sourceLabels: map(text),
    gateways: list(text),
    sourceNamespace: text,
  },
)
export type TLSMatchAttributes = Of<typeof TLSMatchAttributes>

export const TLSRoute = message({ match: list(TLSMatchAttributes) }, { route: list(RouteDestination) })
export type TLSRoute = Of<typeof TLSRoute>

export const L4MatchAttributes = message(
  {},
  {
    destinationSubnets: list(text),
    port: uint32,
    sourceSubnet: text,
    sourceLabels: map(text),
    gateways: list(text),
    sourceNamespace: text,
  },
)
export type L4MatchAttributes = Of<typeof L4MatchAttributes>

export const TCPRoute = message({}, { match: list(L4MatchAttributes), route: list(RouteDestination) })
export type TCPRoute = Of<typeof TCPRoute>
