import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter } from '../cluster/pool.ts'
import type { RetryConfig, RouteAction } from '../config/model.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import { asWireText } from '../telemetry/format.ts'
import type { Deadline } from './deadline-wheel.ts'
import { ResponseFlag } from './exchange.ts'
import { expectedTimeout } from './expected-timeout.ts'
import type { HeaderList } from './header-list.ts'
import { type Mirror, startMirrors } from './mirror.ts'
import { RequestBuffer } from './request-buffer.ts'
import { renderRequestHead } from './request-head.ts'
import { resetAfterStart, resetReply } from './reset-reply.ts'
import { isIdempotent, mayReplay, retriesReset, retriesResponse } from './retry-policy.ts'
import { RetryState } from './retry-state.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { RouterStream } from './router-stream.ts'
import type { ResetReason, ResponseHandler, UpstreamConnection } from './upstream.ts'

/** Body bytes taken from the client while there is no connection to send them on. */
const MAX_WAITING_BYTES = 64 * 1024

const NO_MIRRORS: readonly Mirror[] = []

/**
 * The end of every filter chain: sends the request upstream, again where the retry policy says so, and hands the
 * response to the stream. Belongs to a stream and is reused with it.
 */
export class Router implements ResponseHandler, PoolWaiter {
  readonly #runtime: RouterRuntime
  readonly #stream: RouterStream
  readonly #body = new RequestBuffer()
  readonly #retries = new RetryState()
  readonly #timeout: Deadline
  readonly #perTry: Deadline
  readonly #backoff: Deadline
  readonly #pick = () => this.#cluster.pick(this.#stream.exchange)
  #route: MatchedRoute | null = null
  #action!: RouteAction
  #cluster!: Cluster
  #endpoint: Endpoint | null = null
  #connection: UpstreamConnection | null = null
  /** It has asked for a connection and not got it yet. */
  #waiting = false
  #requestEnded = false
  #chunked = false
  #upgrade = ''
  #replayed = false
  #headSent = false
  #tunnel = false
  #mirrors: readonly Mirror[] = NO_MIRRORS

  constructor(runtime: RouterRuntime, stream: RouterStream) {
    this.#runtime = runtime
    this.#stream = stream
    this.#timeout = runtime.wheel.deadline(() => this.#onTimeout())
    this.#perTry = runtime.wheel.deadline(() => this.#onPerTryTimeout())
    this.#backoff = runtime.wheel.deadline(() => this.#attempt())
  }

  get responseFields(): HeaderList {
    return this.#stream.exchange.responseFields
  }

  // From the stream.

  /** A request begins; its filters may take their time before `start`. */
  open(ended: boolean, chunked: boolean, upgrade: string): void {
    this.#requestEnded = ended
    this.#chunked = chunked
    this.#upgrade = upgrade
    this.#route = null
    this.#tunnel = false
    this.#mirrors = NO_MIRRORS
    this.#body.clear()
  }

  /** The filters let the request pass. */
  start(route: MatchedRoute): void {
    const { action } = route.entry
    const stream = this.#stream
    if (action.kind === 'route') {
      this.#startRouted(route, action)
    } else if (action.kind === 'redirect') {
      stream.stats.rqRedirect += 1
      stream.reply(action.status, '', 'direct_response', 0, ['location', route.redirectLocation(stream.exchange)])
    } else {
      stream.stats.rqDirectResponse += 1
      stream.reply(action.status, asWireText(action.body), 'direct_response', 0)
    }
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    const connection = this.#connection
    for (const mirror of this.#mirrors) mirror.onRequestBytes(buffer, start, end)
    if (this.#tunnel && connection !== null) {
      connection.sendBytes(buffer, start, end, false)
      if (connection.congested) this.#stream.pauseRequest()
      return
    }
    if (connection === null || this.#keepsBody()) this.#body.add(buffer, start, end)
    else this.#body.drop()
    if (connection === null) {
      if (this.#body.size > MAX_WAITING_BYTES) this.#stream.pauseRequest()
      return
    }
    connection.sendBytes(buffer, start, end, this.#chunked)
    if (connection.congested) this.#stream.pauseRequest()
  }

  onRequestEnd(): void {
    this.#requestEnded = true
    for (const mirror of this.#mirrors) mirror.onRequestEnd()
    if (this.#connection !== null) this.#connection.endRequest(this.#chunked)
    if (this.#route !== null) this.#timeout.arm(this.#action.timeoutMs)
  }

  onDownstreamWritable(): void {
    this.#connection?.resume()
  }

  onTunnelEnd(): void {
    this.#connection?.endTunnel()
  }

  /** The stream ends: no response is wanted (any more). */
  cancel(): void {
    this.#timeout.cancel()
    this.#backoff.cancel()
    this.#body.clear()
    this.#route = null
    this.#dropAttempt()
    this.#retries.release()
  }

  // From the pool.

  onConnectionReady(connection: UpstreamConnection): void {
    this.#waiting = false
    this.#send(connection)
  }

  onConnectionFailed(reason: ResetReason, failure: string): void {
    this.#waiting = false
    this.onReset(reason, failure)
  }

  // From the connection.

  onHead(status: number, endStream: boolean): void {
    const { exchange } = this.#stream
    const { now } = this.#runtime.turn
    if (status === 101 && this.#upgrade === '') {
      // Nobody asked for another protocol: what follows is no HTTP that could be passed on (RFC 9110 15.2.2).
      this.#connection?.cancel()
      this.onReset('protocol error', '')
      return
    }
    exchange.upstreamHeadAt = now
    this.#perTry.cancel()
    // Its connection is its pool's again, and perhaps another request's already.
    if (endStream) this.#connection = null
    this.#countResponse(status)
    if (status === 101) {
      this.#onTunnel()
      return
    }
    const { policy } = this.#retries
    if (policy !== undefined && this.#retriesAfter(status, policy)) return
    this.#body.clear()
    exchange.details = this.#upgrade === '' ? 'via_upstream' : 'websocket_handshake_unsuccessful'
    this.responseFields.set('x-envoy-upstream-service-time', String(Math.floor(now - exchange.upstreamStartAt)))
    if (endStream) this.#finishAttempt()
    this.#stream.respondHead(status, endStream)
  }

  onBytes(buffer: Buffer, start: number, end: number): void {
    const stream = this.#stream
    stream.respondBytes(buffer, start, end)
    if (stream.downstreamCongested) this.#connection?.pause()
  }

  onResponseEnd(): void {
    if (this.#tunnel) {
      this.#stream.respondTunnelEnd()
      return
    }
    this.#finishAttempt()
    this.#stream.respondEnd()
  }

  onReset(reason: ResetReason, failure: string): void {
    const connection = this.#connection
    const sent = this.#headSent
    const { exchange } = this.#stream
    this.#countReset(reason)
    this.#releaseAttempt()
    if (this.#tunnel) {
      this.#stream.abort('upstream_reset_after_response_started{connection termination}', 0)
      return
    }
    exchange.upstreamFailure = failure
    if (this.#stream.responseStarted) {
      const { details, flags } = resetAfterStart(reason)
      this.#stream.abort(details, flags)
      return
    }
    if (connection !== null && this.#canReplay(connection, reason)) {
      this.#replayed = true
      this.#attempt()
      return
    }
    const { policy } = this.#retries
    if (policy !== undefined && retriesReset(policy, reason, sent) && this.#tryAgain()) return
    const reply = resetReply(reason, failure, this.#retries.retried)
    this.#stream.reply(reply.status, reply.body, reply.details, reply.flags, reply.field)
  }

  onUpstreamWritable(): void {
    this.#stream.resumeRequest()
  }

  // Attempts.

  #startRouted(route: MatchedRoute, action: RouteAction): void {
    const stream = this.#stream
    const { exchange } = stream
    const target = route.pickTarget(exchange)
    const cluster = this.#runtime.clusters.get(target.name)
    stream.stats.rqTotal += 1
    if (cluster === undefined) {
      stream.stats.noCluster += 1
      stream.reply(action.clusterNotFoundStatus, '', 'cluster_not_found', ResponseFlag.NC)
      return
    }
    this.#route = route
    this.#action = action
    this.#cluster = cluster
    this.#retries.open(route.retry)
    this.#replayed = false
    exchange.cluster = cluster.config
    route.prepareRequest(exchange)
    if (action.idleTimeoutMs !== undefined) stream.setIdleTimeout(action.idleTimeoutMs)
    const expected = expectedTimeout(action, route.retry)
    if (expected > 0) exchange.requestHeaders.set('x-envoy-expected-rq-timeout-ms', String(expected))
    if (this.#requestEnded) this.#timeout.arm(action.timeoutMs)
    if (action.mirrors.length > 0 && this.#upgrade === '') {
      const body = { buffered: this.#body.chunks, ended: this.#requestEnded, chunked: this.#chunked }
      this.#mirrors = startMirrors(action, this.#runtime, exchange, body)
    }
    this.#attempt()
  }

  #attempt(): void {
    const { exchange } = this.#stream
    const route = this.#route as MatchedRoute
    const cluster = this.#cluster
    this.#headSent = false
    exchange.upstreamAttempts += 1
    if (route.virtualHost.includeRequestAttemptCount) {
      exchange.requestHeaders.set('x-envoy-attempt-count', String(exchange.upstreamAttempts))
    }
    const endpoint = this.#retries.pickUntried(this.#pick)
    if (endpoint === null) {
      cluster.stats.upstreamCxNoneHealthy += 1
      this.#stream.reply(503, 'no healthy upstream', 'no_healthy_upstream', ResponseFlag.UH)
      return
    }
    exchange.endpoint = endpoint.config
    exchange.upstreamHost = endpoint.address
    if (!cluster.circuit.admitRequest()) {
      this.onReset('overflow', '')
      return
    }
    this.#endpoint = endpoint
    endpoint.activeRequests += 1
    this.#perTry.arm(this.#retries.policy?.perTryTimeoutMs ?? 0)
    const connection = endpoint.pool.acquire(this)
    if (connection === 'overflow') this.onReset('overflow', '')
    else if (connection === 'wait') this.#waiting = true
    else this.#send(connection)
  }

  #send(connection: UpstreamConnection): void {
    const { exchange } = this.#stream
    this.#connection = connection
    this.#headSent = true
    exchange.upstreamLocalAddress = connection.localAddress
    exchange.upstreamStartAt = this.#runtime.turn.now
    let authority = exchange.authority
    if (this.#action.hostRewrite?.kind === 'auto') authority = (this.#endpoint as Endpoint).hostname
    connection.sendHead(renderRequestHead(exchange, authority, this.#chunked), exchange.method)
    for (const chunk of this.#body.chunks) connection.sendBytes(chunk, 0, chunk.length, this.#chunked)
    if (this.#body.size > 0 && !this.#keepsBody()) this.#body.drop()
    if (this.#requestEnded) connection.endRequest(this.#chunked)
    else if (!connection.congested) this.#stream.resumeRequest()
  }

  /** The body may have to be sent again. */
  #keepsBody(): boolean {
    if (this.#upgrade !== '') return false
    return (
      this.#retries.policy !== undefined ||
      (this.#connection?.reused === true && isIdempotent(this.#stream.exchange.method))
    )
  }

  #canReplay(connection: UpstreamConnection, reason: ResetReason): boolean {
    const { method } = this.#stream.exchange
    if (this.#replayed || !this.#body.complete || this.#upgrade !== '') return false
    return mayReplay(method, reason, connection.reused, connection.responseBegan)
  }

  /** True if the response is dropped in favour of another try. */
  #retriesAfter(status: number, policy: RetryConfig): boolean {
    if (!retriesResponse(policy, status, this.responseFields)) {
      if (this.#retries.retried && status < 500) this.#cluster.stats.upstreamRqRetrySuccess += 1
      return false
    }
    return this.#tryAgain()
  }

  #tryAgain(): boolean {
    const { exchange, stats } = this.#stream
    if (!this.#body.complete) {
      stats.rqRetrySkippedBodyTooLarge += 1
      return false
    }
    const verdict = this.#retries.take(this.#cluster.circuit)
    if (verdict === 'limit') exchange.flags |= ResponseFlag.URX
    if (verdict === 'overflow') exchange.flags |= ResponseFlag.UO
    if (verdict !== 'retry') return false
    this.#dropAttempt()
    exchange.responseFields.clear()
    this.#backoff.arm(this.#retries.delay(this.#runtime.random))
    return true
  }

  // Ends of attempts.

  /** The response is complete: the connection goes back to its pool by itself. */
  #finishAttempt(): void {
    this.#timeout.cancel()
    this.#releaseAttempt()
    this.#retries.release()
  }

  /** The attempt's response is not wanted. */
  #dropAttempt(): void {
    const connection = this.#connection
    if (this.#waiting) this.#endpoint?.pool.forget(this)
    this.#waiting = false
    this.#releaseAttempt()
    connection?.cancel()
  }

  #releaseAttempt(): void {
    const endpoint = this.#endpoint
    this.#connection = null
    this.#perTry.cancel()
    if (endpoint === null) return
    this.#endpoint = null
    endpoint.activeRequests -= 1
    this.#cluster.circuit.releaseRequest()
    this.#retries.note(endpoint)
  }

  // Tunnels.

  #onTunnel(): void {
    this.#timeout.cancel()
    this.#tunnel = true
    this.#stream.exchange.details = 'via_upstream'
    this.#stream.respondTunnel()
  }

  // Failures.

  #onTimeout(): void {
    this.#cluster.stats.upstreamRqTimeout += 1
    if (this.#endpoint !== null) this.#endpoint.stats.rqTimeout += 1
    this.#stream.reply(504, 'upstream request timeout', 'response_timeout', ResponseFlag.UT)
  }

  #onPerTryTimeout(): void {
    this.#cluster.stats.upstreamRqPerTryTimeout += 1
    if (this.#endpoint !== null) this.#endpoint.stats.rqTimeout += 1
    this.#dropAttempt()
    const { policy } = this.#retries
    if (policy !== undefined && retriesReset(policy, 'local reset', true) && this.#tryAgain()) return
    this.#stream.reply(504, 'upstream request timeout', 'upstream_per_try_timeout', ResponseFlag.UT)
  }

  #countResponse(status: number): void {
    this.#cluster.stats.countResponse(status)
    const stats = this.#endpoint?.stats
    if (stats === undefined) return
    if (status < 500) stats.rqSuccess += 1
    else stats.rqError += 1
  }

  #countReset(reason: ResetReason): void {
    if (this.#endpoint !== null) this.#endpoint.stats.rqError += 1
    if (reason === 'overflow') this.#cluster.stats.upstreamRqPendingOverflow += 1
    else if (this.#headSent) this.#cluster.stats.upstreamRqRxReset += 1
  }
}
