import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { RouteAction } from '../config/model.ts'
import { type AsyncOutcome, AsyncRequest } from './async-request.ts'
import type { DeadlineWheel } from './deadline-wheel.ts'
import type { MirrorTrace } from './exchange-trace.ts'
import { hits } from './fraction.ts'
import { HeaderList } from './header-list.ts'
import { RequestBuffer } from './request-buffer.ts'
import { requestedServerName } from './requested-server-name.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { StreamExchange } from './stream-exchange.ts'
import type { RequestFields, UpstreamConnection } from './upstream.ts'

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
export class Mirror extends AsyncRequest {
  readonly downstreamProtocol: string
  /** Copies: the original's change for its own next try. */
  readonly #request: RequestFields
  readonly #authority: string
  readonly #trailers = new HeaderList()
  readonly #body = new RequestBuffer()
  readonly #wheel: DeadlineWheel
  #trace: MirrorTrace | null = null
  #requestEnded = false

  private constructor(cluster: Cluster, endpoint: Endpoint, exchange: StreamExchange, runtime: RouterRuntime) {
    const { wheel, localAddress } = runtime
    super(cluster, endpoint, wheel)
    this.downstreamProtocol = exchange.protocol
    this.#request = copyFields(exchange, localAddress.text)
    this.#authority = shadowAuthority(exchange.authority)
    this.#wheel = wheel
    if (exchange.trace === null) return
    const { requestHeaders: headers } = this.#request
    const to = { headers, cluster: cluster.config, address: endpoint.address, now: wheel.now }
    this.#trace = exchange.trace.beginMirror(exchange, to)
  }

  /** null if the cluster cannot take it: that is no error. */
  static begin(
    cluster: Cluster,
    exchange: StreamExchange,
    body: BodySoFar,
    timeoutMs: number,
    runtime: RouterRuntime,
  ): Mirror | null {
    const endpoint = AsyncRequest.admit(cluster, exchange)
    if (endpoint === null) return null
    const mirror = new Mirror(cluster, endpoint, exchange, runtime)
    mirror.#takeBody(body, exchange.requestTrailers)
    mirror.start(timeoutMs > 0 ? timeoutMs : MAX_DURATION_MS)
    return mirror
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    if (this.over) return
    if (this.connection === null) this.#body.add(buffer, start, end, MAX_BUFFERED)
    else this.connection.sendBytes(buffer, start, end)
    // The original must not wait for its copy.
    if (!this.#body.complete || this.connection?.congested === true) this.cancel()
  }

  onRequestEnd(trailers: HeaderList): void {
    this.#requestEnded = true
    this.#trailers.copyFrom(trailers)
    if (this.connection !== null) this.#endRequest(this.connection)
  }

  serverName(header: string): string {
    return requestedServerName(this.#request.requestHeaders, this.#authority, header)
  }

  protected send(connection: UpstreamConnection): void {
    const endStream = this.#requestEnded && this.#body.size === 0 && this.#trailers.size === 0
    connection.sendHead(this.#request, this.#authority, endStream)
    for (const chunk of this.#body.chunks) connection.sendBytes(chunk, 0, chunk.length)
    this.#body.clear()
    if (this.#requestEnded && !endStream) this.#endRequest(connection)
  }

  protected onOver(outcome: AsyncOutcome, status: number): void {
    this.#body.clear()
    this.#trace?.end({
      status,
      fields: this.responseFields,
      trailers: this.responseTrailers,
      reset: outcome === 'complete' || outcome === 'canceled' ? '' : outcome,
      canceled: outcome === 'canceled',
      now: this.#wheel.now,
    })
  }

  #takeBody(body: BodySoFar, trailers: HeaderList): void {
    for (const chunk of body.buffered) this.#body.add(chunk, 0, chunk.length, MAX_BUFFERED)
    this.#requestEnded = body.ended
    if (body.ended) this.#trailers.copyFrom(trailers)
  }

  #endRequest(connection: UpstreamConnection): void {
    if (this.#trailers.size > 0) connection.sendTrailers(this.#trailers)
    else connection.endRequest()
  }
}

/** Starts a route's mirrors. */
export function startMirrors(
  action: RouteAction,
  runtime: RouterRuntime,
  exchange: StreamExchange,
  body: BodySoFar,
): readonly Mirror[] {
  return action.mirrors.flatMap(({ cluster: name, fraction }) => {
    const cluster = runtime.clusters.get(name)
    if (cluster === undefined || (fraction !== undefined && !hits(fraction, runtime.random))) return []
    const mirror = Mirror.begin(cluster, exchange, body, action.timeoutMs, runtime)
    return mirror === null ? [] : [mirror]
  })
}

function copyFields(request: RequestFields, ownAddress: string): RequestFields {
  const { method, path, scheme, upgrade, requestHeaders } = request
  const fields = new HeaderList()
  fields.copyFrom(requestHeaders)
  // As Envoy: this proxy sends it on its own behalf.
  fields.set('x-envoy-internal', 'true')
  fields.join('x-forwarded-for', ownAddress)
  return { method, path, scheme, upgrade, requestHeaders: fields }
}

/** Envoy marks the host of a mirrored request: `shop` becomes `shop-shadow`, its port stays. */
function shadowAuthority(authority: string): string {
  const colon = authority.lastIndexOf(':')
  if (colon === -1 || authority.endsWith(']')) return `${authority}-shadow`
  return `${authority.slice(0, colon)}-shadow${authority.slice(colon)}`
}
