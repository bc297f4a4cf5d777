import { int32, message, type Of, text, uint32 } from '../../schema/fields.ts'

export const PortSelector = message({}, { number: uint32 })
export type PortSelector = Of<typeof PortSelector>

export const Destination = message({ host: text }, { subset: text, port: PortSelector })
export type Destination = Of<typeof Destination>

export const RouteDestination = message({ destination: Destination }, { weight: int32 })
export type RouteDestination = Of<typeof RouteDestination>
