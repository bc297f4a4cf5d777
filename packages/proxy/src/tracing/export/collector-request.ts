import type { Cluster } from '../../cluster/cluster.ts'
import type { Endpoint } from '../../cluster/endpoint.ts'
import { type AsyncOutcome, AsyncRequest } from '../../http/async-request.ts'
import type { DeadlineWheel } from '../../http/deadline-wheel.ts'
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

/** Spans on their way to a collector. What that says beside its status does not matter. */
export class CollectorRequest extends AsyncRequest {
  readonly downstreamProtocol = 'HTTP/1.1'
  readonly #message: CollectorMessage
  readonly #onAnswered: OnAnswered

  private constructor(
    cluster: Cluster,
    endpoint: Endpoint,
    message: CollectorMessage,
    wheel: DeadlineWheel,
    onAnswered: OnAnswered,
  ) {
    super(cluster, endpoint, wheel)
    this.#message = message
    this.#onAnswered = onAnswered
  }

  static post(cluster: Cluster, message: CollectorMessage, wheel: DeadlineWheel, onAnswered: OnAnswered): void {
    const endpoint = AsyncRequest.admit(cluster, new StreamExchange())
    if (endpoint === null) onAnswered(0)
    else new CollectorRequest(cluster, endpoint, message, wheel, onAnswered).start(message.timeoutMs)
  }

  serverName(header: string): string {
    return header === ':authority' ? this.#message.host : ''
  }

  protected send(connection: UpstreamConnection): void {
    const { host, body } = this.#message
    connection.sendHead(this.#fields(connection.tls === null ? 'http' : 'https'), host, false)
    connection.sendBytes(Buffer.from(body.buffer, body.byteOffset, body.byteLength), 0, body.byteLength)
    connection.endRequest()
  }

  protected onOver(outcome: AsyncOutcome, status: number): void {
    this.#onAnswered(outcome === 'complete' ? status : 0)
  }

  #fields(scheme: 'http' | 'https'): RequestFields {
    const { path, headers, body } = this.#message
    const requestHeaders = new HeaderList()
    for (const [name, value] of headers) requestHeaders.set(name, value)
    requestHeaders.append('content-length', String(body.byteLength))
    return { method: 'POST', path, scheme, upgrade: '', requestHeaders }
  }
}
