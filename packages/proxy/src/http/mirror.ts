import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter } from '../cluster/pool.ts'
import type { RouteAction } from '../config/model.ts'
import type { Deadline, DeadlineWheel } from './deadline-wheel.ts'
import type { Exchange } from './exchange.ts'
import { hits } from './fraction.ts'
import { HeaderList } from './header-list.ts'
import { RequestBuffer } from './request-buffer.ts'
import { renderRequestHead } from './request-head.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { UpstreamConnection } from './upstream.ts'

/** Time for a mirrored request whose route has no timeout, ms: nobody else would end it. */
const MAX_DURATION_MS = 60_000

/**
 * A copy of a request for another cluster (Envoy: request_mirror_policies). Nobody waits for it: its response is dropped,
 * and so is the copy where it cannot keep up with the original.
 */
export class Mirror implements PoolWaiter {
  readonly responseFields = new HeaderList()
  readonly #cluster: Cluster
  readonly #endpoint: Endpoint
  readonly #method: string
  readonly #head: string
  readonly #chunked: boolean
  readonly #body = new RequestBuffer()
  readonly #deadline: Deadline
  #connection: UpstreamConnection | null = null
  #requestEnded = false
  #over = false

  private constructor(
    cluster: Cluster,
    endpoint: Endpoint,
    exchange: Exchange,
    head: string,
    chunked: boolean,
    wheel: DeadlineWheel,
  ) {
    this.#cluster = cluster
    this.#endpoint = endpoint
    this.#method = exchange.method
    this.#head = head
    this.#chunked = chunked
    this.#deadline = wheel.deadline(() => this.cancel())
    endpoint.activeRequests += 1
  }

  /** null if the cluster cannot take it: that is no error. */
  static start(
    cluster: Cluster,
    exchange: Exchange & { readonly requestHeaders: HeaderList },
    chunked: boolean,
    timeoutMs: number,
    wheel: DeadlineWheel,
  ): Mirror | null {
    const endpoint = cluster.pick(exchange)
    if (endpoint === null || !cluster.circuit.admitRequest()) return null
    const head = renderRequestHead(exchange, shadowAuthority(exchange.authority), chunked)
    const mirror = new Mirror(cluster, endpoint, exchange, head, chunked, wheel)
    mirror.#deadline.arm(timeoutMs > 0 ? timeoutMs : MAX_DURATION_MS)
    const connection = endpoint.pool.acquire(mirror)
    if (connection === 'overflow') mirror.#end()
    else if (connection !== 'wait') mirror.onConnectionReady(connection)
    return mirror
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#over) return
    if (this.#connection === null) this.#body.add(buffer, start, end)
    else this.#connection.sendBytes(buffer, start, end, this.#chunked)
    // The original must not wait for its copy.
    if (!this.#body.complete || this.#connection?.congested === true) this.cancel()
  }

  onRequestEnd(): void {
    this.#requestEnded = true
    if (!this.#over) this.#connection?.endRequest(this.#chunked)
  }

  /** The original is given up, or the copy is. */
  cancel(): void {
    if (this.#over) return
    if (this.#connection === null) this.#endpoint.pool.forget(this)
    const connection = this.#connection
    this.#end()
    connection?.cancel()
  }

  onConnectionReady(connection: UpstreamConnection): void {
    this.#connection = connection
    connection.sendHead(this.#head, this.#method)
    for (const chunk of this.#body.chunks) connection.sendBytes(chunk, 0, chunk.length, this.#chunked)
    this.#body.clear()
    if (this.#requestEnded) connection.endRequest(this.#chunked)
  }

  onConnectionFailed(): void {
    this.#end()
  }

  onHead(status: number, endStream: boolean): void {
    this.#cluster.stats.countResponse(status)
    if (status === 101) this.cancel()
    else if (endStream) this.#end()
  }

  onBytes(): void {}

  onResponseEnd(): void {
    this.#end()
  }

  onReset(): void {
    this.#end()
  }

  onUpstreamWritable(): void {}

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#deadline.cancel()
    this.#body.clear()
    this.#endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
  }
}

/** Starts a route's mirrors; `body` is what there is of the request's body now. */
export function startMirrors(
  action: RouteAction,
  { clusters, random, wheel }: RouterRuntime,
  exchange: Exchange & { readonly requestHeaders: HeaderList },
  body: { readonly buffered: readonly Buffer[]; readonly ended: boolean; readonly chunked: boolean },
): readonly Mirror[] {
  return action.mirrors.flatMap(({ cluster: name, fraction }) => {
    const cluster = clusters.get(name)
    if (cluster === undefined || (fraction !== undefined && !hits(fraction, random))) return []
    const mirror = Mirror.start(cluster, exchange, body.chunked, action.timeoutMs, wheel)
    if (mirror === null) return []
    for (const chunk of body.buffered) mirror.onRequestBytes(chunk, 0, chunk.length)
    if (body.ended) mirror.onRequestEnd()
    return [mirror]
  })
}

/** Envoy marks the host of a mirrored request: `shop` becomes `shop-shadow`, its port stays. */
function shadowAuthority(authority: string): string {
  const colon = authority.lastIndexOf(':')
  if (colon === -1 || authority.endsWith(']')) return `${authority}-shadow`
  return `${authority.slice(0, colon)}-shadow${authority.slice(colon)}`
}
