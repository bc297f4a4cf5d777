import { duration, flag, int32, message, type Of, uint32, words } from '../../schema/fields.ts'

export const TcpKeepalive = message({}, { probes: uint32, time: duration, interval: duration })
export type TcpKeepalive = Of<typeof TcpKeepalive>

export const TCPSettings = message(
  {},
  {
    maxConnections: int32,
    connectTimeout: duration,
    tcpKeepalive: TcpKeepalive,
    maxConnectionDuration: duration,
    idleTimeout: duration,
  },
)
export type TCPSettings = Of<typeof TCPSettings>

export const ConnectionKeepalive = message({}, { interval: duration, timeout: duration })
export type ConnectionKeepalive = Of<typeof ConnectionKeepalive>

export const HTTPSettings = message(
  {},
  {
    http1MaxPendingRequests: int32,
    http2MaxRequests: int32,
    maxRequestsPerConnection: int32,
    maxRetries: int32,
    idleTimeout: duration,
    h2UpgradePolicy: words('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
    useClientProtocol: flag,
    maxConcurrentStreams: int32,
    http2KeepAlive: ConnectionKeepalive,
  },
)
export type HTTPSettings = Of<typeof HTTPSettings>

export const ConnectionPoolSettings = message({}, { tcp: TCPSettings, http: HTTPSettings })
export type ConnectionPoolSettings = Of<typeof ConnectionPoolSettings>
