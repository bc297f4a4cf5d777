import type { OutlierDetection } from '../kinds/networking/policy/outlier-detection.ts'
import type { PortTrafficPolicy, TrafficPolicy, TunnelSettings } from '../kinds/networking/policy/traffic-policy.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkClientTls } from './client-tls.ts'
import { checkConnectionPool } from './connection-pool.ts'
import { refuse, warn } from './findings.ts'
import { fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'
import { checkLoadBalancer } from './load-balancer.ts'
import { checkDuration, checkPercent, checkPort } from './values.ts'

export function checkTrafficPolicy(policy: TrafficPolicy | undefined, path: string, report: Report): void {
  if (policy === undefined) return
  if (!Object.values(policy).some(isSet)) refuse(report, 'empty', path, 'a traffic policy must set something')
  if (policy.tunnel && policy.proxyProtocol) {
    refuse(report, 'conflict', `${path}.proxyProtocol`, 'only one of tunnel and proxyProtocol may be set')
  }
  checkPortPolicy(policy, path, report)
  policy.portLevelSettings?.forEach((settings, index) => {
    const at = itemPath(`${path}.portLevelSettings`, index)
    if (settings.port === undefined) refuse(report, 'missing-field', `${at}.port`, 'settings of a port need the port')
    const { port: _, ...rest } = settings
    if (Object.keys(rest).length === 0) refuse(report, 'empty', at, 'settings of a port must set something')
    checkPortPolicy(settings, at, report)
  })
  checkTunnel(policy.tunnel, `${path}.tunnel`, report)
  checkPercent(policy.retryBudget?.percent, `${path}.retryBudget.percent`, report)
  checkDuration(policy.retryBudget?.budgetInterval, `${path}.retryBudget.budgetInterval`, report)
}

function checkPortPolicy(policy: PortTrafficPolicy, path: string, report: Report): void {
  checkOutlierDetection(policy.outlierDetection, `${path}.outlierDetection`, report)
  checkConnectionPool(policy.connectionPool, `${path}.connectionPool`, report)
  checkLoadBalancer(policy.loadBalancer, `${path}.loadBalancer`, policy.outlierDetection !== undefined, report)
  checkClientTls(policy.tls, `${path}.tls`, report)
}

export function checkOutlierDetection(outlier: OutlierDetection | undefined, path: string, report: Report): void {
  if (outlier === undefined) return
  checkDuration(outlier.interval, `${path}.interval`, report)
  checkDuration(outlier.baseEjectionTime, `${path}.baseEjectionTime`, report)
  checkPercent(outlier.maxEjectionPercent, `${path}.maxEjectionPercent`, report)
  checkPercent(outlier.minHealthPercent, `${path}.minHealthPercent`, report)
  if (outlier.consecutiveErrors) {
    const hint = 'use consecutive5xxErrors or consecutiveGatewayErrors'
    warn(report, 'deprecated', `${path}.consecutiveErrors`, 'consecutiveErrors is deprecated', hint)
  }
  if (outlier.consecutiveLocalOriginFailures && outlier.splitExternalLocalOriginErrors !== true) {
    const at = `${path}.consecutiveLocalOriginFailures`
    refuse(report, 'conflict', at, 'has no effect unless splitExternalLocalOriginErrors is true')
  }
}

function checkTunnel(tunnel: TunnelSettings | undefined, path: string, report: Report): void {
  if (tunnel === undefined) return
  const { protocol = '', targetHost, targetPort } = tunnel
  if (protocol !== '' && protocol !== 'CONNECT' && protocol !== 'POST') {
    refuse(report, 'unknown-word', `${path}.protocol`, `"${protocol}" is neither CONNECT nor POST`)
  }
  if (fqdnFault(targetHost) !== undefined && !isIpAddress(targetHost)) {
    refuse(report, 'bad-host', `${path}.targetHost`, `"${targetHost}" is neither a host nor an IP address`)
  }
  checkPort(targetPort, `${path}.targetPort`, report)
}

/** An empty list says as little as none. */
function isSet(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}
