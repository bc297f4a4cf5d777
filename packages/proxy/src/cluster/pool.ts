import type { Http2Options } from '../config/http2-options.ts'
import type { DeadlineWheel } from '../http/deadline-wheel.ts'
import type { ConnectionOwner, PooledConnection } from '../http/pooled-connection.ts'
import type { ResetReason, ResponseHandler, UpstreamConnection } from '../http/upstream.ts'
import type { Wire } from '../http/wire.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { Circuit } from './circuit.ts'
import type { EndpointStats } from './cluster-stats.ts'
import type { AttemptOwner, ConnectAttempt } from './connect-attempt.ts'
import { ANY_PURPOSE, type EndpointConnector } from './connector.ts'

/** A request that wants a connection. */
export interface PoolWaiter extends ResponseHandler {
  /** What its client speaks: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`. */
  readonly downstreamProtocol: string
  /** Its client's connection; null = it has none. */
  readonly client: ConnectionInfo | null
  /** Its last connection had been closed while it was idle, and so perhaps were all that are idle. Default: false. */
  readonly wantsFresh?: boolean
  /** The host that its request is for, as `header` says (`:authority` or another one); '' for IP addresses. */
  serverName(header: string): string
  onConnectionReady(connection: UpstreamConnection): void
  onConnectionFailed(reason: ResetReason, failure: string): void
}

/** What a pool needs of its cluster; asked anew each time, because configuration changes. */
export interface PoolSettings {
  /** ms; 0 = no limit */
  readonly idleTimeoutMs: number
  /** 0 = no limit */
  readonly maxRequestsPerConnection: number
  /** ms; undefined or 0 = no limit */
  readonly maxConnectionDurationMs?: number
  readonly http2?: Pick<Http2Options, 'maxConcurrentStreams'>
}

/** `alpn`: as the endpoint chooses. */
export type PoolProtocol = 'http1' | 'http2' | 'alpn'

/** Streams that a connection which is being made is expected to take; the least that it should (RFC 9113 6.5.2). */
const EXPECTED_STREAMS = 100

/** Where requests to one endpoint get their connections. */
export interface RequestPool {
  /** No connection and nobody waiting. */
  readonly empty: boolean
  /** Requests that wait for a connection. */
  readonly pending: number
  /** A connection for one request; `wait` if one is being made (the waiter will hear), `overflow` if that may not be. */
  acquire(waiter: PoolWaiter): UpstreamConnection | 'wait' | 'overflow'
  /** The waiter needs no connection any more. */
  forget(waiter: PoolWaiter): void
  /** Closes what is idle now, and what is busy as soon as its last response is complete. New requests get new connections. */
  drain(): void
  /** The endpoint is gone: as `drain`, and no connection stays after its request. */
  retire(): void
  /** Closes everything at once. */
  close(): void
}

/**
 * The connections of one protocol to one endpoint. A request takes the connection that became able to take one last;
 * without one it waits for a new one, or for whichever can first.
 */
export class ConnectionPool implements RequestPool, ConnectionOwner, AttemptOwner {
  readonly #connector: EndpointConnector
  readonly #protocol: PoolProtocol
  readonly #wheel: DeadlineWheel
  readonly #circuit: Circuit
  readonly #stats: EndpointStats
  readonly #settings: () => PoolSettings
  readonly #attempts = new Set<ConnectAttempt>()
  readonly #all = new Set<PooledConnection>()
  readonly #ready: PooledConnection[] = []
  /** Bounded by the circuit's `maxPendingRequests`. */
  #waiters: PoolWaiter[] = []
  #retired = false

  constructor(
    connector: EndpointConnector,
    protocol: PoolProtocol,
    wheel: DeadlineWheel,
    circuit: Circuit,
    stats: EndpointStats,
    settings: () => PoolSettings,
  ) {
    this.#connector = connector
    this.#protocol = protocol
    this.#wheel = wheel
    this.#circuit = circuit
    this.#stats = stats
    this.#settings = settings
  }

  get empty(): boolean {
    return this.#size === 0 && this.#waiters.length === 0
  }

  get pending(): number {
    return this.#waiters.length
  }

  acquire(waiter: PoolWaiter): UpstreamConnection | 'wait' | 'overflow' {
    this.#stats.rqTotal += 1
    const ready = this.#ready
    const passesReady = waiter.wantsFresh === true && this.#mayConnect
    while (ready.length > 0 && !passesReady) {
      const connection = ready[ready.length - 1] as PooledConnection
      if (connection.capacity > 0) return this.#begin(connection, waiter)
      connection.offered = false
      ready.pop()
    }
    if (!this.#circuit.admitPending()) return 'overflow'
    this.#waiters.push(waiter)
    this.#openConnections()
    return 'wait'
  }

  forget(waiter: PoolWaiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at === -1) return
    this.#waiters.splice(at, 1)
    this.#circuit.releasePending()
  }

  drain(): void {
    for (const connection of this.#all) connection.retire()
  }

  retire(): void {
    this.#retired = true
    this.drain()
  }

  close(): void {
    this.#retired = true
    this.#fail('local connection failure', '')
    for (const attempt of this.#attempts) attempt.giveUp()
    this.#attempts.clear()
    for (const connection of this.#all) connection.close()
  }

  onConnected(attempt: ConnectAttempt, wire: Wire): void {
    this.#attempts.delete(attempt)
    const protocol = this.#protocolOf(wire)
    if (protocol === 'http1') this.#circuit.stats.upstreamCxHttp1Total += 1
    else this.#circuit.stats.upstreamCxHttp2Total += 1
    this.#circuit.stats.upstreamCxConnectMs.record(attempt.age)
    const connection = this.#connector.connection(wire, this, protocol)
    connection.askedAt = attempt.startedAt
    this.#all.add(connection)
    this.#watch(connection)
    this.onAvailable(connection)
    this.#openConnections()
  }

  onConnectFailed(attempt: ConnectAttempt, reason: ResetReason, failure: string): void {
    this.#attempts.delete(attempt)
    this.#countRemoved(attempt.startedAt)
    this.#stats.cxConnectFail += 1
    this.#circuit.stats.upstreamCxConnectFail += 1
    if (reason === 'connection timeout') this.#circuit.stats.upstreamCxConnectTimeout += 1
    // As in Envoy, all who wait for this endpoint learn of the failure, and may try another one.
    this.#fail(reason, failure)
  }

  onAvailable(connection: PooledConnection): void {
    while (connection.capacity > 0) {
      const waiter = this.#waiters.shift()
      if (waiter === undefined) break
      this.#circuit.releasePending()
      waiter.onConnectionReady(this.#begin(connection, waiter))
    }
    if (this.#retired) connection.retire()
    if (connection.capacity === 0) return
    if (!connection.offered) {
      connection.offered = true
      this.#ready.push(connection)
    }
    if (connection.active === 0) connection.idleDeadline?.arm(this.#settings().idleTimeoutMs)
  }

  onClosed(connection: PooledConnection): void {
    connection.idleDeadline?.cancel()
    connection.lifeDeadline?.cancel()
    this.#all.delete(connection)
    this.#countRemoved(connection.askedAt)
    this.#circuit.stats.upstreamRqPerCx.record(connection.requests)
    if (connection.offered) {
      const at = this.#ready.indexOf(connection)
      if (at !== -1) this.#ready.splice(at, 1)
    }
    this.#openConnections()
  }

  #protocolOf(wire: Wire): 'http1' | 'http2' {
    if (this.#protocol !== 'alpn') return this.#protocol
    return wire.tls?.alpn === 'h2' ? 'http2' : 'http1'
  }

  get #size(): number {
    return this.#all.size + this.#attempts.size
  }

  #begin(connection: PooledConnection, waiter: PoolWaiter): UpstreamConnection {
    connection.idleDeadline?.cancel()
    const request = connection.begin(waiter)
    const max = this.#settings().maxRequestsPerConnection
    if (max > 0 && connection.requests >= max) {
      this.#circuit.stats.upstreamCxMaxRequests += 1
      connection.retire()
    }
    return request
  }

  /** As many as the waiters need; one is allowed even where the cluster has its maximum (as Envoy: no endpoint starves). */
  #openConnections(): void {
    while (this.#attempts.size * this.#expectedCapacity < this.#waiters.length) {
      if (!this.#mayConnect) {
        this.#circuit.stats.upstreamCxOverflow += 1
        if (this.#size > 0) return
      }
      this.#circuit.addConnection()
      this.#stats.cxTotal += 1
      this.#stats.cxActive += 1
      this.#attempts.add(this.#connector.open(this, ANY_PURPOSE))
    }
  }

  get #mayConnect(): boolean {
    const { maxConnectionsPerHost = Number.POSITIVE_INFINITY } = this.#circuit.limits
    // Of all pools of the endpoint together.
    return this.#circuit.mayConnect && this.#stats.cxActive < maxConnectionsPerHost
  }

  /** Requests that a connection which is being made will probably take. */
  get #expectedCapacity(): number {
    if (this.#protocol === 'http1') return 1
    const { maxRequestsPerConnection: max, http2 } = this.#settings()
    const streams = Math.min(EXPECTED_STREAMS, http2?.maxConcurrentStreams ?? EXPECTED_STREAMS)
    return max > 0 ? Math.min(max, streams) : streams
  }

  /** @param since when it was asked for */
  #countRemoved(since: number): void {
    this.#circuit.removeConnection()
    this.#circuit.stats.upstreamCxLengthMs.record(this.#wheel.now - since)
    this.#stats.cxActive -= 1
  }

  #watch(connection: PooledConnection): void {
    connection.idleDeadline = this.#wheel.deadline(() => this.#onIdleTooLong(connection))
    const { maxConnectionDurationMs = 0 } = this.#settings()
    if (maxConnectionDurationMs === 0) return
    connection.lifeDeadline = this.#wheel.deadline(() => {
      this.#circuit.stats.upstreamCxMaxDurationReached += 1
      connection.retire()
    })
    connection.lifeDeadline.arm(maxConnectionDurationMs)
  }

  #onIdleTooLong(connection: PooledConnection): void {
    this.#circuit.stats.upstreamCxIdleTimeout += 1
    connection.close()
  }

  #fail(reason: ResetReason, failure: string): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      this.#circuit.releasePending()
      this.#circuit.stats.upstreamRqPendingFailureEject += 1
      waiter.onConnectionFailed(reason, failure)
    }
  }
}
