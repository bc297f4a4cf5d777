import { about, list, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { ConnectionPoolSettings } from './policy/connection-pool.ts'
import { ServerTLSSettings } from './policy/server-tls.ts'
import { WorkloadSelector } from './policy/workload-selector.ts'
import { Destination } from './routing/destination.ts'

export const SidecarPort = message(
  {},
  {
    number: about('Number of the port.', uint32),
    protocol: about('HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.', text),
    name: about('Name of the port.', text),
    targetPort: about('Not used.', uint32),
  },
)
export type SidecarPort = Of<typeof SidecarPort>

export const IstioIngressListener = message(
  { port: about('Port that is listened on.', SidecarPort) },
  {
    bind: about('Address that is listened on.', text),
    captureMode: about('How traffic gets to the listener.', words('DEFAULT', 'IPTABLES', 'NONE'), 'DEFAULT'),
    defaultEndpoint: about('Where traffic goes: 127.0.0.1:PORT, 0.0.0.0:PORT or unix:///PATH.', text),
    tls: about('TLS of the listener.', ServerTLSSettings),
    connectionPool: about('Limits of the listener.', ConnectionPoolSettings),
  },
)
export type IstioIngressListener = Of<typeof IstioIngressListener>

export const IstioEgressListener = message(
  { hosts: about('NAMESPACE/HOST, "." for the own namespace, "*" for any.', list(text)) },
  {
    port: about('Port of the listener; all by default.', SidecarPort),
    bind: about('Address that is listened on.', text),
    captureMode: about('How traffic gets to the listener.', words('DEFAULT', 'IPTABLES', 'NONE'), 'DEFAULT'),
  },
)
export type IstioEgressListener = Of<typeof IstioEgressListener>

const OutboundTrafficPolicy = message(
  {},
  {
    mode: about(
      'REGISTRY_ONLY refuses hosts that the mesh does not know.',
      words('REGISTRY_ONLY', 'ALLOW_ANY'),
      'REGISTRY_ONLY',
    ),
    egressProxy: about('Where unknown traffic goes.', Destination),
  },
)

export const SidecarSpec = message(
  {},
  {
    workloadSelector: about('Workloads by label; all of the namespace by default.', WorkloadSelector),
    ingress: about('Ports of the workload; by default those of its Services.', list(IstioIngressListener)),
    egress: about('Hosts that the workload calls; all by default.', list(IstioEgressListener)),
    inboundConnectionPool: about('Limits of what comes in.', ConnectionPoolSettings),
    outboundTrafficPolicy: about('What becomes of traffic to unknown hosts.', OutboundTrafficPolicy),
  },
)
export type SidecarSpec = Of<typeof SidecarSpec>

export type Sidecar = Typed<SidecarSpec, IstioStatus>
export const sidecarKind = istioKind('Sidecar', 'sidecars', [], SidecarSpec)
