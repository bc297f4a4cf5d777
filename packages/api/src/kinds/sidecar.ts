import { list, message, type Of, text, uint32, words } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'
import { ConnectionPoolSettings } from './policy/connection-pool.ts'
import { ServerTLSSettings } from './policy/server-tls.ts'
import { WorkloadSelector } from './policy/workload-selector.ts'
import { Destination } from './routing/destination.ts'

export const SidecarPort = message({}, { number: uint32, protocol: text, name: text, targetPort: uint32 })
export type SidecarPort = Of<typeof SidecarPort>

export const IstioIngressListener = message(
  { port: SidecarPort },
  {
    bind: text,
    captureMode: words('DEFAULT', 'IPTABLES', 'NONE'),
    defaultEndpoint: text,
    tls: ServerTLSSettings,
    connectionPool: ConnectionPoolSettings,
  },
)
export type IstioIngressListener = Of<typeof IstioIngressListener>

export const IstioEgressListener = message(
  { hosts: list(text) },
  { port: SidecarPort, bind: text, captureMode: words('DEFAULT', 'IPTABLES', 'NONE') },
)
export type IstioEgressListener = Of<typeof IstioEgressListener>

export const OutboundTrafficPolicy = message(
  {},
  { mode: words('REGISTRY_ONLY', 'ALLOW_ANY'), egressProxy: Destination },
)
export type OutboundTrafficPolicy = Of<typeof OutboundTrafficPolicy>

export const SidecarSpec = message(
  {},
  {
    workloadSelector: WorkloadSelector,
    ingress: list(IstioIngressListener),
    egress: list(IstioEgressListener),
    inboundConnectionPool: ConnectionPoolSettings,
    outboundTrafficPolicy: OutboundTrafficPolicy,
  },
)
export type SidecarSpec = Of<typeof SidecarSpec>

export type Sidecar = Typed<SidecarSpec, IstioStatus>
export const sidecarKind = istioKind('Sidecar', 'sidecars', [], SidecarSpec)
