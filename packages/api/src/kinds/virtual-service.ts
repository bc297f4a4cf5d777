import { list, message, type Of, text } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'
import { HTTPRoute } from './routing/http-route.ts'
import { TCPRoute, TLSRoute } from './routing/l4-route.ts'

export const VirtualServiceSpec = message(
  {},
  {
    hosts: list(text),
    gateways: list(text),
    http: list(HTTPRoute),
    tls: list(TLSRoute),
    tcp: list(TCPRoute),
    exportTo: list(text),
  },
)
export type VirtualServiceSpec = Of<typeof VirtualServiceSpec>

export type VirtualService = Typed<VirtualServiceSpec, IstioStatus>
export const virtualServiceKind = istioKind('VirtualService', 'virtualservices', ['vs'], VirtualServiceSpec)
