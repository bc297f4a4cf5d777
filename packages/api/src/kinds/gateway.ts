import { list, map, message, type Of, text, uint32 } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'
import { ServerTLSSettings } from './policy/server-tls.ts'

export const Port = message({ number: uint32, protocol: text, name: text }, { targetPort: uint32 })
export type Port = Of<typeof Port>

export const Server = message(
  { port: Port, hosts: list(text) },
  { bind: text, tls: ServerTLSSettings, defaultEndpoint: text, name: text },
)
export type Server = Of<typeof Server>

export const GatewaySpec = message({ servers: list(Server) }, { selector: map(text) })
export type GatewaySpec = Of<typeof GatewaySpec>

export type Gateway = Typed<GatewaySpec, IstioStatus>
export const gatewayKind = istioKind('Gateway', 'gateways', ['gw'], GatewaySpec)
