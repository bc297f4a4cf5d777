import { about, duration, flag, int32, message, type Of, uint32, words } from '../../../schema/fields.ts'

export const TcpKeepalive = message(
  {},
  {
    probes: about('Probes without answer until the connection is dead.', uint32),
    time: about('Idle time before the first probe.', duration),
    interval: about('Time between probes.', duration),
  },
)
export type TcpKeepalive = Of<typeof TcpKeepalive>

export const TCPSettings = message(
  {},
  {
    maxConnections: about('Connections to an endpoint.', int32),
    connectTimeout: about('For opening a connection.', duration, '10s'),
    tcpKeepalive: about('Probes of the kernel.', TcpKeepalive),
    maxConnectionDuration: about('Life of a connection; no limit by default.', duration),
    idleTimeout: about('Of a TCP connection without data.', duration, '1h'),
  },
)
export type TCPSettings = Of<typeof TCPSettings>

const ConnectionKeepalive = message(
  {},
  { interval: about('Time between PINGs.', duration), timeout: about('How long an answer may take.', duration) },
)

export const HTTPSettings = message(
  {},
  {
    http1MaxPendingRequests: about('Requests that wait for a connection.', int32),
    http2MaxRequests: about('Requests at a time.', int32),
    maxRequestsPerConnection: about('After which a connection is closed; 0 for no limit.', int32, 0),
    maxRetries: about('Retries at a time.', int32),
    idleTimeout: about('Of a connection without requests.', duration, '1h'),
    h2UpgradePolicy: about(
      'Whether HTTP/1.1 is passed on as HTTP/2.',
      words('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
      'DEFAULT',
    ),
    useClientProtocol: about('Whether the protocol of the client is kept.', flag, false),
    maxConcurrentStreams: about('Requests at a time on a connection of HTTP/2.', int32),
    http2KeepAlive: about('PINGs of HTTP/2.', ConnectionKeepalive),
  },
)
export type HTTPSettings = Of<typeof HTTPSettings>

export const ConnectionPoolSettings = message(
  {},
  { tcp: about('Of all connections.', TCPSettings), http: about('Of HTTP.', HTTPSettings) },
)
export type ConnectionPoolSettings = Of<typeof ConnectionPoolSettings>
