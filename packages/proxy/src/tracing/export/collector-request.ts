import type { Cluster } from '../../cluster/cluster.ts'
import type { Endpoint } from '../../cluster/endpoint.ts'
import type { PoolWaiter } from '../../cluster/pool.ts'
import type { Deadline, DeadlineWheel } from '../../http/deadline-wheel.ts'
import { HeaderList } from '../../http/header-list.ts'
import { StreamExchange } from '../../http/stream-exchange.ts'
import type { RequestFields, UpstreamConnection } from '../../http/upstream.ts'

export interface CollectorMessage {
  readonly host: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
  /** For the whole exchange, ms. */
  readonly timeoutMs: number
}

/** @param status of the answer; 0 = there was none */
export type OnAnswered = (status: number) => void

/** A request of our own, over a cluster of the data plane: with its balancing, TLS and circuit breakers. Only inside an event turn. */
export class CollectorRequest implements PoolWaiter {
  readonly responseFields = new HeaderList()
  readonly responseTrailers = new HeaderList()
  readonly client = null
  readonly downstreamProtocol = 'HTTP/1.1'
  readonly #cluster: Cluster
  readonly #endpoint: Endpoint
  readonly #message: CollectorMessage
  readonly #deadline: Deadline
  readonly #onAnswered: OnAnswered
  #connection: UpstreamConnection | null = null
  #status = 0
  #over = false

  private constructor(
    cluster: Cluster,
    endpoint: Endpoint,
    message: CollectorMessage,
    wheel: DeadlineWheel,
    onAnswered: OnAnswered,
  ) {
    this.#cluster = cluster
    this.#endpoint = endpoint
    this.#message = message
    this.#onAnswered = onAnswered
    this.#deadline = wheel.deadline(() => this.#giveUp())
    endpoint.activeRequests += 1
  }

  static send(cluster: Cluster, message: CollectorMessage, wheel: DeadlineWheel, onAnswered: OnAnswered): void {
    const endpoint = cluster.pick(new StreamExchange())
    if (endpoint === null || !cluster.circuit.admitRequest()) {
      onAnswered(0)
      return
    }
    const request = new CollectorRequest(cluster, endpoint, message, wheel, onAnswered)
    request.#deadline.arm(message.timeoutMs)
    const connection = endpoint.pool.acquire(request)
    if (connection === 'overflow') request.#end(0)
    else if (connection !== 'wait') request.onConnectionReady(connection)
  }

  serverName(header: string): string {
    return header === ':authority' ? this.#message.host : ''
  }

  onConnectionReady(connection: UpstreamConnection): void {
    this.#connection = connection
    const { host, body } = this.#message
    connection.sendHead(this.#fields(connection.tls === null ? 'http' : 'https'), host, false)
    connection.sendBytes(Buffer.from(body.buffer, body.byteOffset, body.byteLength), 0, body.byteLength)
    connection.endRequest()
  }

  onConnectionFailed(): void {
    this.#end(0)
  }

  onInterim(): void {}

  onHead(status: number, endStream: boolean): void {
    this.#status = status
    this.#cluster.stats.countResponse(status)
    if (endStream) this.#end(status)
  }

  /** What the collector says beside its status does not matter. */
  onBytes(): void {}

  onResponseEnd(): void {
    this.#end(this.#status)
  }

  onReset(): void {
    this.#end(0)
  }

  onUpstreamWritable(): void {}

  #fields(scheme: 'http' | 'https'): RequestFields {
    const { path, headers, body } = this.#message
    const requestHeaders = new HeaderList()
    for (const [name, value] of headers) requestHeaders.set(name, value)
    requestHeaders.append('content-length', String(body.byteLength))
    return { method: 'POST', path, scheme, upgrade: '', requestHeaders }
  }

  #giveUp(): void {
    const connection = this.#connection
    if (connection === null) this.#endpoint.pool.forget(this)
    this.#end(0)
    connection?.cancel()
  }

  #end(status: number): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#deadline.cancel()
    this.#endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
    this.#onAnswered(status)
  }
}
