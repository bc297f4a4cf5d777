import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter } from '../cluster/pool.ts'
import type { RouteAction } from '../config/model.ts'
import type { Deadline, DeadlineWheel } from './deadline-wheel.ts'
import type { MirrorTrace } from './exchange-trace.ts'
import { hits } from './fraction.ts'
import { HeaderList } from './header-list.ts'
import { RequestBuffer } from './request-buffer.ts'
import { requestedServerName } from './requested-server-name.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { StreamExchange } from './stream-exchange.ts'
import type { RequestFields, ResetReason, UpstreamConnection } from './upstream.ts'

/** Time for a mirrored request whose route has no timeout, ms: nobody else would end it. */
const MAX_DURATION_MS = 60_000
/** Body bytes that wait for a connection. */
const MAX_BUFFERED = 1024 * 1024

/** What there is of a request's body when its mirror starts. */
interface BodySoFar {
  readonly buffered: readonly Buffer[]
  readonly ended: boolean
}

/**
 * A copy of a request for another cluster (Envoy: request_mirror_policies). Nobody waits for it: its response is dropped,
 * and so is the copy where it cannot keep up with the original.
 */
export class Mirror implements PoolWaiter {
  readonly responseFields = new HeaderList()
  readonly responseTrailers = new HeaderList()
  readonly #cluster: Cluster
  readonly #endpoint: Endpoint
  /** Copies: the original's change for its own next try. */
  readonly #request: RequestFields
  readonly #authority: string
  /** A copy is nobody's request. */
  readonly client = null
  readonly downstreamProtocol: string
  readonly #trailers = new HeaderList()
  readonly #body = new RequestBuffer()
  readonly #deadline: Deadline
  readonly #wheel: DeadlineWheel
  #trace: MirrorTrace | null = null
  #status = 0
  #connection: UpstreamConnection | null = null
  #requestEnded = false
  #over = false

  private constructor(
    cluster: Cluster,
    endpoint: Endpoint,
    request: RequestFields,
    authority: string,
    protocol: string,
    wheel: DeadlineWheel,
  ) {
    this.downstreamProtocol = protocol
    this.#cluster = cluster
    this.#endpoint = endpoint
    this.#request = request
    this.#authority = authority
    this.#wheel = wheel
    this.#deadline = wheel.deadline(() => this.cancel())
    endpoint.activeRequests += 1
  }

  /** null if the cluster cannot take it: that is no error. */
  static start(
    cluster: Cluster,
    exchange: StreamExchange,
    body: BodySoFar,
    timeoutMs: number,
    wheel: DeadlineWheel,
  ): Mirror | null {
    const endpoint = cluster.pick(exchange)
    if (endpoint === null || !cluster.circuit.admitRequest()) return null
    const authority = shadowAuthority(exchange.authority)
    const mirror = new Mirror(cluster, endpoint, copyFields(exchange), authority, exchange.protocol, wheel)
    mirror.#takeBody(body, exchange.requestTrailers)
    mirror.#trace = mirror.#beginTrace(exchange)
    mirror.#deadline.arm(timeoutMs > 0 ? timeoutMs : MAX_DURATION_MS)
    const connection = endpoint.pool.acquire(mirror)
    if (connection === 'overflow') mirror.#end('overflow')
    else if (connection !== 'wait') mirror.onConnectionReady(connection)
    return mirror
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#over) return
    if (this.#connection === null) this.#body.add(buffer, start, end, MAX_BUFFERED)
    else this.#connection.sendBytes(buffer, start, end)
    // The original must not wait for its copy.
    if (!this.#body.complete || this.#connection?.congested === true) this.cancel()
  }

  onRequestEnd(trailers: HeaderList): void {
    this.#requestEnded = true
    this.#trailers.copyFrom(trailers)
    if (!this.#over && this.#connection !== null) this.#endRequest(this.#connection)
  }

  /** The original is given up, or the copy is. */
  cancel(): void {
    if (this.#over) return
    if (this.#connection === null) this.#endpoint.pool.forget(this)
    const connection = this.#connection
    this.#end('canceled')
    connection?.cancel()
  }

  serverName(header: string): string {
    return requestedServerName(this.#request.requestHeaders, this.#authority, header)
  }

  onConnectionReady(connection: UpstreamConnection): void {
    this.#connection = connection
    const endStream = this.#requestEnded && this.#body.size === 0 && this.#trailers.size === 0
    connection.sendHead(this.#request, this.#authority, endStream)
    for (const chunk of this.#body.chunks) connection.sendBytes(chunk, 0, chunk.length)
    this.#body.clear()
    if (this.#requestEnded && !endStream) this.#endRequest(connection)
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

  #takeBody(body: BodySoFar, trailers: HeaderList): void {
    for (const chunk of body.buffered) this.#body.add(chunk, 0, chunk.length, MAX_BUFFERED)
    this.#requestEnded = body.ended
    if (body.ended) this.#trailers.copyFrom(trailers)
  }

  #endRequest(connection: UpstreamConnection): void {
    if (this.#trailers.size > 0) connection.sendTrailers(this.#trailers)
    else connection.endRequest()
  }

  #beginTrace(exchange: StreamExchange): MirrorTrace | null {
    if (exchange.trace === null) return null
    const { requestHeaders: headers } = this.#request
    const { config: cluster } = this.#cluster
    const { address } = this.#endpoint
    return exchange.trace.beginMirror(exchange, { headers, cluster, address, now: this.#wheel.now })
  }

  #end(how: ResetReason | 'complete' | 'canceled'): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#deadline.cancel()
    this.#body.clear()
    this.#endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
    this.#trace?.end({
      status: this.#status,
      fields: this.responseFields,
      trailers: this.responseTrailers,
      reset: how === 'complete' || how === 'canceled' ? '' : how,
      canceled: how === 'canceled',
      now: this.#wheel.now,
    })
  }
}

/** Starts a route's mirrors. */
export function startMirrors(
  action: RouteAction,
  { clusters, random, wheel }: RouterRuntime,
  exchange: StreamExchange,
  body: BodySoFar,
): readonly Mirror[] {
  return action.mirrors.flatMap(({ cluster: name, fraction }) => {
    const cluster = clusters.get(name)
    if (cluster === undefined || (fraction !== undefined && !hits(fraction, random))) return []
    const mirror = Mirror.start(cluster, exchange, body, action.timeoutMs, wheel)
    return mirror === null ? [] : [mirror]
  })
}

function copyFields({ method, path, scheme, upgrade, requestHeaders }: RequestFields): RequestFields {
  const fields = new HeaderList()
  fields.copyFrom(requestHeaders)
  return { method, path, scheme, upgrade, requestHeaders: fields }
}

/** Envoy marks the host of a mirrored request: `shop` becomes `shop-shadow`, its port stays. */
function shadowAuthority(authority: string): string {
  const colon = authority.lastIndexOf(':')
  if (colon === -1 || authority.endsWith(']')) return `${authority}-shadow`
  return `${authority.slice(0, colon)}-shadow${authority.slice(colon)}`
}
