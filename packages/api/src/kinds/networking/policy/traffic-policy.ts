import { about, duration, list, message, number, type Of, text, uint32, words } from '../../../schema/fields.ts'
import { PortSelector } from '../routing/destination.ts'
import { ClientTLSSettings } from './client-tls.ts'
import { ConnectionPoolSettings } from './connection-pool.ts'
import { LoadBalancerSettings } from './load-balancer.ts'
import { OutlierDetection } from './outlier-detection.ts'

export const PortTrafficPolicy = message(
  {},
  {
    port: about('Port of the host.', PortSelector),
    loadBalancer: about('How an endpoint is picked.', LoadBalancerSettings),
    connectionPool: about('Limits of connections and requests.', ConnectionPoolSettings),
    outlierDetection: about('When an endpoint that fails is left out.', OutlierDetection),
    tls: about('TLS towards the host.', ClientTLSSettings),
  },
)
export type PortTrafficPolicy = Of<typeof PortTrafficPolicy>

export const TunnelSettings = message(
  {
    targetHost: about('Host that the tunnel leads to.', text),
    targetPort: about('Port that the tunnel leads to.', uint32),
  },
  { protocol: about('CONNECT or POST.', text, 'CONNECT') },
)
export type TunnelSettings = Of<typeof TunnelSettings>

const ProxyProtocol = message({}, { version: about('Version of the PROXY protocol.', words('V1', 'V2'), 'V1') })

const RetryBudget = message(
  {},
  {
    percent: about('Retries at a time, in percent of the requests.', number, 20),
    minRetryConcurrency: about('Retries that are always allowed.', uint32, 3),
    budgetInterval: about('Time that requests are counted over.', duration),
  },
)

export const TrafficPolicy = message(
  {},
  {
    loadBalancer: about('How an endpoint is picked.', LoadBalancerSettings),
    connectionPool: about('Limits of connections and requests.', ConnectionPoolSettings),
    outlierDetection: about('When an endpoint that fails is left out.', OutlierDetection),
    tls: about('TLS towards the host; by default mTLS where the endpoint has a sidecar.', ClientTLSSettings),
    portLevelSettings: about('Settings of single ports; they replace those above as a whole.', list(PortTrafficPolicy)),
    tunnel: about('Tunnels TCP through another host.', TunnelSettings),
    proxyProtocol: about('Tells the host the address of the client.', ProxyProtocol),
    retryBudget: about('How many retries there may be at a time.', RetryBudget),
  },
)
export type TrafficPolicy = Of<typeof TrafficPolicy>
