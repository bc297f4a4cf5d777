import { about, list, map, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { ServerTLSSettings } from './policy/server-tls.ts'

export const Port = message(
  {
    number: about('Number of the port.', uint32),
    protocol: about('HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.', text),
    name: about('Name of the port.', text),
  },
  { targetPort: about('Not used.', uint32) },
)
export type Port = Of<typeof Port>

export const Server = message(
  {
    port: about('Port that is listened on.', Port),
    hosts: about('Hosts that are served; NAMESPACE/HOST narrows who may route them.', list(text)),
  },
  {
    bind: about('Address that is listened on; all by default.', text),
    tls: about('Needed for HTTPS and TLS.', ServerTLSSettings),
    defaultEndpoint: about('Not used.', text),
    name: about('Name of the server; unique.', text),
  },
)
export type Server = Of<typeof Server>

export const GatewaySpec = message(
  { servers: about('Ports and hosts.', list(Server)) },
  { selector: about('Labels of the gateway Pods, of any namespace.', map(text)) },
)
export type GatewaySpec = Of<typeof GatewaySpec>

export type Gateway = Typed<GatewaySpec, IstioStatus>
export const gatewayKind = istioKind('Gateway', 'gateways', ['gw'], GatewaySpec)
