import { readDuration } from '../duration.ts'
import type { ConnectionPoolSettings } from '../kinds/networking/policy/connection-pool.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { checkAtLeast, checkDuration } from './values.ts'

type HttpSettings = NonNullable<ConnectionPoolSettings['http']>

export function checkConnectionPool(settings: ConnectionPoolSettings | undefined, path: string, report: Report): void {
  if (settings === undefined) return
  const { http, tcp } = settings
  if (!http && !tcp) refuse(report, 'empty', path, 'a connection pool needs tcp or http settings')
  const counts = ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries'] as const
  for (const name of [...counts, 'maxConcurrentStreams'] as const)
    checkAtLeast(0, http?.[name], `${path}.http.${name}`, report)
  checkDuration(http?.idleTimeout, `${path}.http.idleTimeout`, report)
  checkKeepAlive(http?.http2KeepAlive, `${path}.http.http2KeepAlive`, report)
  if (http?.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true) {
    refuse(
      report,
      'conflict',
      `${path}.http.useClientProtocol`,
      'an upgrade to HTTP/2 is not the protocol of the client',
    )
  }
  checkAtLeast(0, tcp?.maxConnections, `${path}.tcp.maxConnections`, report)
  for (const name of ['connectTimeout', 'maxConnectionDuration'] as const) {
    checkDuration(tcp?.[name], `${path}.tcp.${name}`, report)
  }
  // 0s turns the timeout off.
  if (Math.abs(readDuration(tcp?.idleTimeout ?? '0s') ?? 0) >= 1) {
    checkDuration(tcp?.idleTimeout, `${path}.tcp.idleTimeout`, report)
  }
  for (const name of ['time', 'interval'] as const) {
    checkDuration(tcp?.tcpKeepalive?.[name], `${path}.tcp.tcpKeepalive.${name}`, report)
  }
}

function checkKeepAlive(settings: HttpSettings['http2KeepAlive'], path: string, report: Report): void {
  if (settings === undefined) return
  for (const name of ['interval', 'timeout'] as const) {
    if (settings[name] === undefined) refuse(report, 'missing-field', `${path}.${name}`, 'required, but not set')
    checkDuration(settings[name], `${path}.${name}`, report)
  }
}
