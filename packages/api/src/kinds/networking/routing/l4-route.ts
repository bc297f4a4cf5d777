import { about, list, map, message, type Of, text, uint32 } from '../../../schema/fields.ts'
import { RouteDestination } from './destination.ts'

export const TLSMatchAttributes = message(
  { sniHosts: about('Server names (SNI) among the hosts of the VirtualService.', list(text)) },
  {
    destinationSubnets: about('Addresses (CIDR) that are called.', list(text)),
    port: about('Port that is called.', uint32),
    sourceLabels: about('Labels of the caller.', map(text)),
    gateways: about('Narrows `gateways` of the VirtualService.', list(text)),
    sourceNamespace: about('Namespace of the caller.', text),
  },
)
export type TLSMatchAttributes = Of<typeof TLSMatchAttributes>

export const TLSRoute = message(
  { match: about('Any of these.', list(TLSMatchAttributes)) },
  { route: about('Where connections go, by weight.', list(RouteDestination)) },
)
export type TLSRoute = Of<typeof TLSRoute>

export const L4MatchAttributes = message(
  {},
  {
    destinationSubnets: about('Addresses (CIDR) that are called.', list(text)),
    port: about('Port that is called.', uint32),
    sourceSubnet: about('Not used.', text),
    sourceLabels: about('Labels of the caller.', map(text)),
    gateways: about('Narrows `gateways` of the VirtualService.', list(text)),
    sourceNamespace: about('Namespace of the caller.', text),
  },
)
export type L4MatchAttributes = Of<typeof L4MatchAttributes>

export const TCPRoute = message(
  {},
  {
    match: about('Any of these; all connections by default.', list(L4MatchAttributes)),
    route: about('Where connections go, by weight.', list(RouteDestination)),
  },
)
export type TCPRoute = Of<typeof TCPRoute>
