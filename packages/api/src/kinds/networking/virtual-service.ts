import { about, list, message, type Of, text } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { HTTPRoute } from './routing/http-route.ts'
import { TCPRoute, TLSRoute } from './routing/l4-route.ts'

export const VirtualServiceSpec = message(
  {},
  {
    hosts: about(
      'Hosts whose traffic it routes; short names are in its own namespace. Without hosts it is delegated to.',
      list(text),
    ),
    gateways: about('Gateways that it holds at, as NAME or NAMESPACE/NAME; `mesh` for all sidecars.', list(text), [
      'mesh',
    ]),
    http: about('Routes of HTTP, in order; the first that matches counts.', list(HTTPRoute)),
    tls: about('Routes of TLS that is not ended here, by server name.', list(TLSRoute)),
    tcp: about('Routes of everything else.', list(TCPRoute)),
    exportTo: about('Namespaces that see it: names, "." for its own, "*" for all.', list(text), ['*']),
  },
)
export type VirtualServiceSpec = Of<typeof VirtualServiceSpec>

export type VirtualService = Typed<VirtualServiceSpec, IstioStatus>
export const virtualServiceKind = istioKind('VirtualService', 'virtualservices', ['vs'], VirtualServiceSpec)
