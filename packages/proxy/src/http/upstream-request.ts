import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter, RequestPool } from '../cluster/pool.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import { replaceHost } from '../route/rewrite.ts'
import { ConnectTunnel } from './connect-tunnel.ts'
import type { HeaderList } from './header-list.ts'
import { RequestBuffer } from './request-buffer.ts'
import { requestedServerName } from './requested-server-name.ts'
import { isIdempotent } from './retry-policy.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { RouterStream } from './router-stream.ts'
import type { ResetReason, UpstreamConnection } from './upstream.ts'

/** Body bytes taken from the client while there is nobody to send them to. */
const MAX_WAITING_BYTES = 64 * 1024
/** Body bytes kept for another try that the retry policy asks for; Envoy's per-connection buffer limit, which bounds it likewise. */
const MAX_RETRY_BYTES = 1024 * 1024
/** Body bytes kept in case an HTTP/2 upstream refuses the request unseen. */
const MAX_REFUSED_BYTES = 64 * 1024

/** The router's side of a try. */
export interface UpstreamEvents {
  /** The head went out. */
  onUpstreamSent(): void
  onUpstreamInterim(status: number): void
  /** @param endStream nothing follows: the try is over */
  onUpstreamHead(status: number, endStream: boolean): void
  /** The response is complete; the try is over. */
  onUpstreamEnd(): void
  /** The try is over. */
  onUpstreamReset(reason: ResetReason, failure: string): void
}

/**
 * A request on its way to one endpoint: waits for a connection, sends head and body, and passes the response's body to
 * the stream. Belongs to a router; used again for each try and each request.
 */
export class UpstreamRequest implements PoolWaiter {
  /** Of the last try: something may have reached the upstream. */
  headSent = false
  /** The upstream agreed to change the protocol: bytes pass both ways as they are. */
  tunnel = false
  /** The body may have to be sent again because the retry policy says so. */
  keepsForRetry = false
  wantsFresh = false
  readonly #runtime: RouterRuntime
  readonly #stream: RouterStream
  readonly #events: UpstreamEvents
  readonly #body = new RequestBuffer()
  #cluster!: Cluster
  #endpoint: Endpoint | null = null
  #connection: UpstreamConnection | null = null
  #pool: Pick<RequestPool, 'acquire' | 'forget'> | null = null
  /** Its pool has to be told if it wants no connection any more. */
  #waiting = false
  #requestEnded = false
  /** No byte of the body is needed again. */
  #committed = false

  constructor(runtime: RouterRuntime, stream: RouterStream, events: UpstreamEvents) {
    this.#runtime = runtime
    this.#stream = stream
    this.#events = events
  }

  get responseFields(): HeaderList {
    return this.#stream.exchange.responseFields
  }

  get responseTrailers(): HeaderList {
    return this.#stream.exchange.responseTrailers
  }

  get downstreamProtocol(): string {
    return this.#stream.exchange.protocol
  }

  get client(): ConnectionInfo | null {
    return this.#stream.exchange.connection
  }

  serverName(header: string): string {
    const { requestHeaders, authority } = this.#stream.exchange
    return requestedServerName(requestHeaders, authority, header)
  }

  get endpoint(): Endpoint | null {
    return this.#endpoint
  }

  get requestEnded(): boolean {
    return this.#requestEnded
  }

  /** All of the body that has come is there to be sent again. */
  get bodyComplete(): boolean {
    return this.#body.complete
  }

  /** What there is of the body. */
  get bodySoFar(): readonly Buffer[] {
    return this.#body.chunks
  }

  // From the router.

  /** A request begins. */
  open(ended: boolean): void {
    this.#requestEnded = ended
    this.#committed = false
    this.tunnel = false
    this.wantsFresh = false
    this.#body.clear()
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    const connection = this.#connection
    // Whether there will be a tunnel is for the upstream to say.
    const held = connection === null || (this.#stream.exchange.upgrade !== '' && !this.tunnel)
    if (!this.#committed) this.#body.add(buffer, start, end, held ? MAX_RETRY_BYTES : this.#keptBytes(connection))
    if (held) {
      if (this.#body.size > MAX_WAITING_BYTES) this.#stream.pauseRequest()
      return
    }
    connection.sendBytes(buffer, start, end)
    if (connection.congested) this.#stream.pauseRequest()
  }

  onRequestEnd(): void {
    this.#requestEnded = true
    if (this.#connection !== null) this.#endRequest(this.#connection)
  }

  onTunnelEnd(): void {
    this.#connection?.endTunnel()
  }

  resumeResponse(): void {
    this.#connection?.resume()
  }

  /** Tries `endpoint`. What comes of it comes as an event, perhaps before this returns. */
  attempt(cluster: Cluster, endpoint: Endpoint): void {
    this.headSent = false
    this.#cluster = cluster
    if (!cluster.circuit.admitRequest()) {
      this.#events.onUpstreamReset('overflow', '')
      return
    }
    this.#endpoint = endpoint
    endpoint.activeRequests += 1
    this.#pool = this.#terminatesConnect() ? new ConnectTunnel(cluster, endpoint) : endpoint.pool
    const connection = this.#pool.acquire(this)
    if (connection === 'overflow') this.onReset('overflow', '')
    else if (connection === 'wait') this.#waiting = true
    else this.#send(connection)
  }

  /** The response is wanted: no byte of the body will be needed again. */
  commit(): void {
    this.#committed = true
    this.#body.clear()
  }

  /** Bytes pass as they are from now on. */
  openTunnel(): void {
    const connection = this.#connection as UpstreamConnection
    this.tunnel = true
    for (const chunk of this.#body.chunks) connection.sendBytes(chunk, 0, chunk.length)
    this.commit()
    if (!connection.congested) this.#stream.resumeRequest()
  }

  /** The try's response is not wanted. */
  drop(): void {
    const connection = this.#connection
    if (this.#waiting) this.#pool?.forget(this)
    this.#waiting = false
    this.release()
    connection?.cancel()
  }

  /** The try is over. */
  release(): void {
    const endpoint = this.#endpoint
    this.#connection = null
    if (endpoint === null) return
    this.#endpoint = null
    endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
  }

  /** What of the connection matters to whether the request may be sent again unasked; null if none was there. */
  get connection(): UpstreamConnection | null {
    return this.#connection
  }

  // From the pool.

  onConnectionReady(connection: UpstreamConnection): void {
    this.#waiting = false
    this.#send(connection)
  }

  onConnectionFailed(reason: ResetReason, failure: string): void {
    this.#waiting = false
    this.#events.onUpstreamReset(reason, failure)
  }

  // From the connection.

  onInterim(status: number): void {
    this.#events.onUpstreamInterim(status)
  }

  onHead(status: number, endStream: boolean): void {
    // Its connection is its pool's again, and perhaps another request's already.
    if (endStream) this.#connection = null
    this.#events.onUpstreamHead(status, endStream)
  }

  onBytes(buffer: Buffer, start: number, end: number): void {
    const stream = this.#stream
    stream.respondBytes(buffer, start, end)
    if (stream.downstreamCongested) this.#connection?.pause()
  }

  onResponseEnd(): void {
    if (this.tunnel) this.#stream.respondTunnelEnd()
    else this.#events.onUpstreamEnd()
  }

  onReset(reason: ResetReason, failure: string): void {
    this.#events.onUpstreamReset(reason, failure)
  }

  onUpstreamWritable(): void {
    this.#stream.resumeRequest()
  }

  // Within.

  #send(connection: UpstreamConnection): void {
    const { exchange } = this.#stream
    this.#connection = connection
    this.headSent = true
    exchange.upstreamLocalAddress = connection.localAddress
    exchange.upstreamTls = connection.tls
    exchange.upstreamProtocol = connection.protocol
    exchange.upstreamStartAt = this.#runtime.turn.now
    this.#events.onUpstreamSent()
    this.#nameEndpoint()
    if (exchange.upgrade !== '') connection.sendHead(exchange, exchange.authority, false)
    else this.#sendRequest(connection)
  }

  #sendRequest(connection: UpstreamConnection): void {
    const body = this.#body
    const { exchange } = this.#stream
    const endStream = this.#requestEnded && body.size === 0 && exchange.requestTrailers.size === 0
    connection.sendHead(exchange, exchange.authority, endStream)
    if (endStream) return
    for (const chunk of body.chunks) connection.sendBytes(chunk, 0, chunk.length)
    if (body.size > this.#keptBytes(connection)) body.drop()
    if (this.#requestEnded) this.#endRequest(connection)
    else if (!connection.congested) this.#stream.resumeRequest()
  }

  #terminatesConnect(): boolean {
    const { upgrade, route } = this.#stream.exchange
    return upgrade === 'connect' && route?.action.kind === 'route' && route.action.terminatesConnect === true
  }

  /** `auto_host_rewrite`: the endpoint's name, if it has one. */
  #nameEndpoint(): void {
    const { exchange, routerOptions } = this.#stream
    const { action } = exchange.route ?? {}
    if (action?.kind !== 'route' || action.hostRewrite?.kind !== 'auto') return
    const { hostname = '' } = (this.#endpoint as Endpoint).config
    if (hostname === '') return
    replaceHost(exchange, hostname, action.appendXForwardedHost, !routerOptions.suppressEnvoyHeaders)
  }

  #endRequest(connection: UpstreamConnection): void {
    const { requestTrailers, upgrade } = this.#stream.exchange
    if (upgrade !== '') return
    if (requestTrailers.size > 0) connection.sendTrailers(requestTrailers)
    else connection.endRequest()
  }

  /** How much of the body is kept to be sent again. */
  #keptBytes(connection: UpstreamConnection | null): number {
    if (this.#stream.exchange.upgrade !== '') return 0
    if (this.keepsForRetry) return MAX_RETRY_BYTES
    if (connection === null) return 0
    if (connection.protocol === 'HTTP/2') return MAX_REFUSED_BYTES
    return connection.reused && isIdempotent(this.#stream.exchange.method) ? MAX_RETRY_BYTES : 0
  }
}
