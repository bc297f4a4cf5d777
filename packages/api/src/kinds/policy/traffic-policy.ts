import { duration, list, message, number, type Of, text, uint32, words } from '../../schema/fields.ts'
import { PortSelector } from '../routing/destination.ts'
import { ClientTLSSettings } from './client-tls.ts'
import { ConnectionPoolSettings } from './connection-pool.ts'
import { LoadBalancerSettings } from './load-balancer.ts'
import { OutlierDetection } from './outlier-detection.ts'

export const PortTrafficPolicy = message(
  {},
  {
    port: PortSelector,
    loadBalancer: LoadBalancerSettings,
    connectionPool: ConnectionPoolSettings,
    outlierDetection: OutlierDetection,
    tls: ClientTLSSettings,
  },
)
export type PortTrafficPolicy = Of<typeof PortTrafficPolicy>

export const TunnelSettings = message({ targetHost: text, targetPort: uint32 }, { protocol: text })
export type TunnelSettings = Of<typeof TunnelSettings>

export const ProxyProtocol = message({}, { version: words('V1', 'V2') })
export type ProxyProtocol = Of<typeof ProxyProtocol>

export const RetryBudget = message({}, { percent: number, minRetryConcurrency: uint32, budgetInterval: duration })
export type RetryBudget = Of<typeof RetryBudget>

export const TrafficPolicy = message(
  {},
  {
    loadBalancer: LoadBalancerSettings,
    connectionPool: ConnectionPoolSettings,
    outlierDetection: OutlierDetection,
    tls: ClientTLSSettings,
    portLevelSettings: list(PortTrafficPolicy),
    tunnel: TunnelSettings,
    proxyProtocol: ProxyProtocol,
    retryBudget: RetryBudget,
  },
)
export type TrafficPolicy = Of<typeof TrafficPolicy>
