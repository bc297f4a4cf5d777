import type { ConnectionOwner, Http1ClientConnection } from '../http/http1/client-connection.ts'
import type { ResetReason, ResponseHandler, UpstreamConnection } from '../http/upstream.ts'
import type { Circuit } from './circuit.ts'
import type { EndpointStats } from './cluster-stats.ts'

/** A request that wants a connection. */
export interface PoolWaiter extends ResponseHandler {
  onConnectionReady(connection: UpstreamConnection): void
  onConnectionFailed(reason: ResetReason, failure: string): void
}

/** What a pool needs of its cluster; asked anew each time, because configuration changes. */
export interface PoolSettings {
  /** ms */
  readonly connectTimeoutMs: number
  /** ms; 0 = no limit */
  readonly idleTimeoutMs: number
  /** 0 = no limit */
  readonly maxRequestsPerConnection: number
}

/** Starts a connection to the pool's endpoint. */
export type Connect = (owner: ConnectionOwner) => Http1ClientConnection

/**
 * The HTTP/1.1 connections to one endpoint. A request takes the connection that became idle last; without one it waits
 * for a new one, or for whichever becomes free first.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #connect: Connect
  readonly #circuit: Circuit
  readonly #stats: EndpointStats
  readonly #settings: () => PoolSettings
  readonly #all = new Set<Http1ClientConnection>()
  readonly #idle: Http1ClientConnection[] = []
  #connecting = 0
  /** Bounded by the circuit's `maxPendingRequests`. */
  #waiters: PoolWaiter[] = []
  #retired = false

  constructor(connect: Connect, circuit: Circuit, stats: EndpointStats, settings: () => PoolSettings) {
    this.#connect = connect
    this.#circuit = circuit
    this.#stats = stats
    this.#settings = settings
  }

  /** No connection and nobody waiting. */
  get empty(): boolean {
    return this.#all.size === 0 && this.#waiters.length === 0
  }

  /** Requests that wait for a connection. */
  get pending(): number {
    return this.#waiters.length
  }

  /** A connection for one request; `wait` if one is being made (the waiter will hear), `overflow` if that may not be. */
  acquire(waiter: PoolWaiter): UpstreamConnection | 'wait' | 'overflow' {
    this.#stats.rqTotal += 1
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (!connection.idle) continue
      connection.begin(waiter)
      return connection
    }
    if (!this.#circuit.admitPending()) return 'overflow'
    this.#waiters.push(waiter)
    this.#openConnections()
    return 'wait'
  }

  /** The waiter needs no connection any more. */
  forget(waiter: PoolWaiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at === -1) return
    this.#waiters.splice(at, 1)
    this.#circuit.releasePending()
  }

  /** Closes what is idle now, and what is busy as soon as its response is complete. New requests get new connections. */
  drain(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
    for (const connection of this.#all) connection.retiring = true
  }

  /** The endpoint is gone: as `drain`, and no connection stays after its request. */
  retire(): void {
    this.#retired = true
    this.drain()
  }

  /** Closes everything at once. */
  close(): void {
    this.#retired = true
    this.#fail('local connection failure', '')
    for (const connection of this.#all) connection.close()
  }

  onConnected(connection: Http1ClientConnection): void {
    this.#connecting -= 1
    this.#offer(connection)
  }

  onIdle(connection: Http1ClientConnection): void {
    const max = this.#settings().maxRequestsPerConnection
    if (max > 0 && connection.requests >= max) connection.close()
    else this.#offer(connection)
  }

  onClosed(connection: Http1ClientConnection, failed: { reason: ResetReason; failure: string } | null): void {
    this.#all.delete(connection)
    this.#circuit.removeConnection()
    this.#stats.cxActive = this.#all.size
    if (failed === null) {
      const at = this.#idle.indexOf(connection)
      if (at !== -1) this.#idle.splice(at, 1)
      this.#openConnections()
      return
    }
    this.#connecting -= 1
    this.#stats.cxConnectFail += 1
    this.#circuit.stats.upstreamCxConnectFail += 1
    if (failed.reason === 'connection timeout') this.#circuit.stats.upstreamCxConnectTimeout += 1
    // As in Envoy, all who wait for this endpoint learn of the failure, and may try another one.
    this.#fail(failed.reason, failed.failure)
  }

  #offer(connection: Http1ClientConnection): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) {
      this.#circuit.releasePending()
      connection.begin(waiter)
      waiter.onConnectionReady(connection)
      return
    }
    if (this.#retired || connection.retiring) {
      connection.close()
      return
    }
    this.#idle.push(connection)
    connection.deadline.arm(this.#settings().idleTimeoutMs)
  }

  /** As many as there are waiters; one is allowed even where the cluster has its maximum (as Envoy: no endpoint starves). */
  #openConnections(): void {
    while (this.#connecting < this.#waiters.length) {
      if (!this.#circuit.mayConnect && this.#all.size > 0) {
        this.#circuit.stats.upstreamCxOverflow += 1
        return
      }
      const connection = this.#connect(this)
      this.#connecting += 1
      this.#all.add(connection)
      this.#circuit.addConnection()
      this.#stats.cxTotal += 1
      this.#stats.cxActive = this.#all.size
      connection.deadline.arm(this.#settings().connectTimeoutMs)
    }
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
