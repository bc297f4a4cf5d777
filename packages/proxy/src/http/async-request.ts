import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter } from '../cluster/pool.ts'
import type { Deadline, DeadlineWheel } from './deadline-wheel.ts'
import type { Exchange } from './exchange.ts'
import { HeaderList } from './header-list.ts'
import type { ResetReason, UpstreamConnection } from './upstream.ts'

/** How an asynchronous request ends; `canceled`: nobody wants it any more, or its time is up. */
export type AsyncOutcome = ResetReason | 'complete' | 'canceled'

/**
 * A request that no client waits for (Envoy: `AsyncClient`): tried once, at one endpoint, over a cluster with its
 * balancing, TLS and circuit breakers. Of its response only status, fields and trailers are kept. Only inside an event
 * turn.
 */
export abstract class AsyncRequest implements PoolWaiter {
  readonly responseFields = new HeaderList()
  readonly responseTrailers = new HeaderList()
  readonly client = null
  abstract readonly downstreamProtocol: string
  readonly #cluster: Cluster
  readonly #endpoint: Endpoint
  readonly #deadline: Deadline
  #connection: UpstreamConnection | null = null
  #status = 0
  #over = false

  /** @param endpoint from `admit` */
  constructor(cluster: Cluster, endpoint: Endpoint, wheel: DeadlineWheel) {
    this.#cluster = cluster
    this.#endpoint = endpoint
    this.#deadline = wheel.deadline(() => this.cancel())
    endpoint.activeRequests += 1
  }

  /** The endpoint that takes one more request, for which one must be made then; null = none does. */
  protected static admit(cluster: Cluster, exchange: Exchange): Endpoint | null {
    const endpoint = cluster.pick(exchange)
    return endpoint !== null && cluster.circuit.admitRequest() ? endpoint : null
  }

  abstract serverName(header: string): string
  /** It has its connection. */
  protected abstract send(connection: UpstreamConnection): void
  /** The last call. @param status of the response; 0 = none came */
  protected abstract onOver(outcome: AsyncOutcome, status: number): void

  /** null while it has none, and when it is over. */
  protected get connection(): UpstreamConnection | null {
    return this.#connection
  }

  protected get over(): boolean {
    return this.#over
  }

  /** @param timeoutMs for all of it */
  protected start(timeoutMs: number): void {
    this.#deadline.arm(timeoutMs)
    const connection = this.#endpoint.pool.acquire(this)
    if (connection === 'overflow') this.#end('overflow')
    else if (connection !== 'wait') this.onConnectionReady(connection)
  }

  /** Gives it up. */
  cancel(): void {
    if (this.#over) return
    const connection = this.#connection
    if (connection === null) this.#endpoint.pool.forget(this)
    this.#end('canceled')
    connection?.cancel()
  }

  onConnectionReady(connection: UpstreamConnection): void {
    this.#connection = connection
    this.send(connection)
  }

  onConnectionFailed(reason: ResetReason): void {
    this.#end(reason)
  }

  onInterim(): void {}

  onHead(status: number, endStream: boolean): void {
    this.#status = status
    this.#cluster.stats.countResponse(status)
    if (endStream) this.#end('complete')
  }

  onBytes(): void {}

  onResponseEnd(): void {
    this.#end('complete')
  }

  onReset(reason: ResetReason): void {
    this.#end(reason)
  }

  onUpstreamWritable(): void {}

  #end(outcome: AsyncOutcome): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#deadline.cancel()
    this.#endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
    this.onOver(outcome, this.#status)
  }
}
