import type { ClusterConfig, EndpointConfig, RouteEntry, WeightedCluster } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { Exchange, Peer } from './exchange.ts'
import type { ExchangeTrace } from './exchange-trace.ts'
import { HeaderList } from './header-list.ts'

/** The exchange of a connection's current stream; reset and used again for the next one. */
export class StreamExchange implements Exchange {
  startTimeMs = 0
  startedAt = Number.NaN
  requestEndAt = Number.NaN
  responseStartAt = Number.NaN
  endedAt = Number.NaN
  upstreamStartAt = Number.NaN
  upstreamHeadAt = Number.NaN

  method = ''
  path = ''
  authority = ''
  scheme: string = ''
  protocol: Exchange['protocol'] = 'HTTP/1.1'
  upgrade = ''
  readonly requestHeaders = new HeaderList()
  readonly requestTrailers = new HeaderList()
  requestBytes = 0
  requestHeadBytes = 0

  status = 0
  responseHeaders: HeaderList | null = null
  readonly responseTrailers = new HeaderList()
  responseBytes = 0
  responseHeadBytes = 0
  flags = 0
  details = ''
  connectionTerminationDetails = ''
  upstreamFailure = ''

  connection: ConnectionInfo | null = null
  downstreamLocalAddress = ''
  downstreamRemoteAddress = ''
  requestedServerName = ''
  cameAsGrpc: boolean | undefined = undefined
  requestId = ''
  trace: ExchangeTrace | null = null
  trusted = false

  route: RouteEntry | null = null
  virtualHostName = ''
  virtualClusterName = ''
  target: WeightedCluster | null = null
  cluster: ClusterConfig | null = null
  endpoint: EndpointConfig | null = null
  upstreamHost = ''
  upstreamLocalAddress = ''
  upstreamTls: TlsSession | null = null
  upstreamProtocol: '' | 'HTTP/1.1' | 'HTTP/2' = ''
  upstreamAttempts = 0

  downstreamPeer: Peer | undefined = undefined

  /** Where response heads are read into; `responseHeaders` shows it once there is a response. */
  readonly responseFields = new HeaderList()

  /** @param now monotonic ms; @param wallNow ms since the epoch */
  reset(now: number, wallNow: number): void {
    this.startTimeMs = wallNow
    this.startedAt = now
    this.requestEndAt = Number.NaN
    this.responseStartAt = Number.NaN
    this.endedAt = Number.NaN
    this.method = ''
    this.path = ''
    this.authority = ''
    this.scheme = ''
    this.protocol = 'HTTP/1.1'
    this.upgrade = ''
    this.requestHeaders.clear()
    this.requestTrailers.clear()
    this.requestBytes = 0
    this.requestHeadBytes = 0
    this.status = 0
    this.responseHeaders = null
    this.responseBytes = 0
    this.responseHeadBytes = 0
    this.responseFields.clear()
    this.responseTrailers.clear()
    this.flags = 0
    this.details = ''
    this.connectionTerminationDetails = ''
    this.cameAsGrpc = undefined
    this.requestId = ''
    this.trace = null
    this.trusted = false
    this.#resetUpstream()
  }

  #resetUpstream(): void {
    this.upstreamStartAt = Number.NaN
    this.upstreamHeadAt = Number.NaN
    this.upstreamFailure = ''
    this.route = null
    this.virtualHostName = this.virtualClusterName = ''
    this.target = null
    this.cluster = null
    this.endpoint = null
    this.upstreamHost = ''
    this.upstreamLocalAddress = ''
    this.upstreamTls = null
    this.upstreamProtocol = ''
    this.upstreamAttempts = 0
    this.downstreamPeer = undefined
  }
}
