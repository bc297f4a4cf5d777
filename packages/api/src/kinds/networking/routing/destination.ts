import { about, int32, message, type Of, text, uint32 } from '../../../schema/fields.ts'

export const PortSelector = message({}, { number: about('Number of the port.', uint32) })
export type PortSelector = Of<typeof PortSelector>

export const Destination = message(
  { host: about('Service: short name in the namespace of the rule, or full name.', text) },
  {
    subset: about('Subset of a DestinationRule of the host.', text),
    port: about('Port; may be left out where the Service has one.', PortSelector),
  },
)
export type Destination = Of<typeof Destination>

export const RouteDestination = message(
  { destination: about('Where to.', Destination) },
  { weight: about('Share, relative to the other destinations; without effect for a single one.', int32, 0) },
)
export type RouteDestination = Of<typeof RouteDestination>
