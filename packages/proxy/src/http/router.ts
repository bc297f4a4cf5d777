import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterStats } from '../cluster/cluster-stats.ts'
import type { RetryConfig, RouteAction } from '../config/model.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import { asWireText } from '../telemetry/wire-text.ts'
import { countReset, countResponse, countTimeout } from './attempt-stats.ts'
import type { Deadline } from './deadline-wheel.ts'
import { type Exchange, ResponseFlag } from './exchange.ts'
import { type Mirror, startMirrors } from './mirror.ts'
import { isHttpScheme } from './request-preparation.ts'
import { RequestTimeouts } from './request-timeouts.ts'
import { resetAfterStart, resetReply } from './reset-reply.ts'
import { overriddenRetry } from './retry-override.ts'
import { mayReplay, retriesReset, retriesResponse } from './retry-policy.ts'
import { RetryState } from './retry-state.ts'
import type { RouterRuntime } from './router-runtime.ts'
import type { RouterStream } from './router-stream.ts'
import { isDeclinedUpgrade, opensTunnel } from './upgrade.ts'
import type { ResetReason } from './upstream.ts'
import { type UpstreamEvents, UpstreamRequest } from './upstream-request.ts'

const NO_MIRRORS: readonly Mirror[] = []
/** Times that a request is sent again because the upstream cannot have done anything with it, beside all retries. */
const MAX_REPLAYS = 3

/**
 * The end of every filter chain: sends the request upstream, again where the retry policy says so, and hands the
 * response to the stream. Belongs to a stream and is reused with it.
 */
export class Router implements UpstreamEvents {
  readonly #runtime: RouterRuntime
  readonly #stream: RouterStream
  readonly #upstream: UpstreamRequest
  readonly #retries = new RetryState()
  readonly #timeouts = new RequestTimeouts()
  /** From the end of the request to the end of the response. */
  readonly #timeout: Deadline
  /** From the end of the request, once a try has its connection, to the response's head. */
  readonly #perTry: Deadline
  readonly #backoff: Deadline
  /** For a try as a whole, if the cluster wants that. */
  readonly #duration: Deadline
  readonly #pick = () => (this.#cluster as Cluster).pick(this.#stream.exchange)
  #route: MatchedRoute | null = null
  /** undefined = there is none of the name that the route says. */
  #cluster: Cluster | undefined
  #replays = 0
  #mirrors: readonly Mirror[] = NO_MIRRORS

  constructor(runtime: RouterRuntime, stream: RouterStream) {
    this.#runtime = runtime
    this.#stream = stream
    this.#upstream = new UpstreamRequest(runtime, stream, this)
    this.#timeout = runtime.wheel.deadline(() => this.#onTimeout())
    this.#perTry = runtime.wheel.deadline(() => this.#onPerTryTimeout())
    this.#backoff = runtime.wheel.deadline(() => this.#attempt())
    this.#duration = runtime.wheel.deadline(() => this.#onDurationReached())
  }

  // From the stream.

  /** A request begins; its filters may take their time before `start`. */
  open(ended: boolean): void {
    this.#route = null
    this.#mirrors = NO_MIRRORS
    this.#upstream.open(ended)
  }

  /** The route is known: so is where the request would go, whatever becomes of it. */
  choose(route: MatchedRoute): void {
    if (route.entry.action.kind !== 'route') return
    const { exchange } = this.#stream
    const cluster = this.#runtime.clusters.get(route.pickTarget(exchange).name)
    this.#cluster = cluster
    if (cluster !== undefined) exchange.cluster = cluster.config
  }

  /** The filters let the request pass. */
  start(route: MatchedRoute): void {
    const { action } = route.entry
    const stream = this.#stream
    stream.stats.rqTotal += 1
    if (action.kind === 'route') {
      this.#startRouted(route, action)
      return
    }
    stream.stats.rqDirectResponse += 1
    const location = route.redirectLocation(stream.exchange, !stream.routerOptions.suppressEnvoyHeaders)
    const body = action.kind === 'direct' ? asWireText(action.body) : ''
    stream.reply(action.status, body, 'direct_response', 0, location === '' ? undefined : ['location', location])
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    for (const mirror of this.#mirrors) mirror.onRequestBytes(buffer, start, end)
    this.#upstream.onRequestBytes(buffer, start, end)
  }

  onRequestEnd(): void {
    for (const mirror of this.#mirrors) mirror.onRequestEnd(this.#stream.exchange.requestTrailers)
    this.#upstream.onRequestEnd()
    if (this.#route === null) return
    this.#timeout.arm(this.#timeouts.globalMs)
    if (this.#upstream.headSent) this.#perTry.arm(this.#timeouts.perTryMs)
  }

  onDownstreamWritable(): void {
    this.#upstream.resumeResponse()
  }

  onTunnelEnd(): void {
    this.#upstream.onTunnelEnd()
  }

  /** Both directions of the tunnel have ended: nothing is heard of it any more. */
  finishTunnel(): void {
    this.#stream.exchange.trace?.onAttemptEnd(this.#runtime.turn.now)
    this.#finishAttempt()
  }

  /** The stream ends: no response is wanted (any more). */
  cancel(): void {
    this.#timeout.cancel()
    this.#backoff.cancel()
    this.#upstream.commit()
    this.#route = null
    this.#dropAttempt()
    this.#retries.release()
  }

  // From the upstream.

  onUpstreamSent(): void {
    this.#duration.arm(this.#timeouts.streamMs ?? this.#stream.exchange.cluster?.maxStreamDurationMs ?? 0)
    if (this.#upstream.requestEnded) this.#perTry.arm(this.#timeouts.perTryMs)
  }

  onUpstreamInterim(status: number): void {
    this.#clusterStats.countResponse(status)
    // As Envoy: what follows is passed on, whether or not this is.
    this.#retries.forbid()
    this.#stream.respondInterim(status)
  }

  onUpstreamHead(status: number, endStream: boolean): void {
    const { exchange } = this.#stream
    const { now } = this.#runtime.turn
    exchange.upstreamHeadAt = now
    exchange.trace?.onAttemptHead(status, endStream, now)
    this.#perTry.cancel()
    countResponse(status, this.#clusterStats, this.#upstream.endpoint)
    if (opensTunnel(exchange.upgrade, status)) {
      this.#onTunnel(status)
      return
    }
    const { policy } = this.#retries
    if (policy !== undefined && this.#retriesAfter(status, policy)) return
    this.#upstream.commit()
    exchange.details = isDeclinedUpgrade(exchange) ? 'websocket_handshake_unsuccessful' : 'via_upstream'
    this.#announceServiceTime()
    if (endStream) this.#completeAttempt()
    this.#stream.respondHead(status, endStream)
  }

  /** As Envoy: from the end of the request, and not at all where the response was there before. */
  #announceServiceTime(): void {
    const { exchange, routerOptions } = this.#stream
    const elapsed = this.#runtime.turn.now - exchange.requestEndAt
    if (routerOptions.suppressEnvoyHeaders || exchange.upgrade !== '' || Number.isNaN(elapsed)) return
    exchange.responseFields.set('x-envoy-upstream-service-time', String(Math.floor(elapsed)))
  }

  onUpstreamEnd(): void {
    this.#stream.exchange.trace?.onAttemptEnd(this.#runtime.turn.now)
    this.#completeAttempt()
    this.#stream.respondEnd()
  }

  onUpstreamReset(reason: ResetReason, failure: string): void {
    const upstream = this.#upstream
    const { exchange } = this.#stream
    const replays = this.#mayReplay(reason)
    countReset(reason, this.#clusterStats, upstream)
    exchange.trace?.onAttemptReset(reason)
    this.#releaseAttempt()
    if (upstream.tunnel) {
      this.#stream.abort('upstream_reset_after_response_started{connection termination}', 0)
      return
    }
    exchange.upstreamFailure = failure
    if (this.#stream.responseStarted) {
      const { details, flags } = resetAfterStart(reason)
      this.#stream.abort(details, flags)
      return
    }
    if (replays) {
      this.#replays += 1
      upstream.wantsFresh = reason === 'connection termination'
      this.#attempt()
      return
    }
    const { policy } = this.#retries
    if (policy !== undefined && retriesReset(policy, reason, upstream.headSent) && this.#tryAgain()) return
    this.#replyReset(reason, failure)
  }

  // Attempts.

  #startRouted(route: MatchedRoute, action: RouteAction): void {
    const stream = this.#stream
    const { exchange } = stream
    if (this.#cluster === undefined) {
      stream.stats.noCluster += 1
      stream.reply(action.clusterNotFoundStatus, '', 'cluster_not_found', ResponseFlag.NC)
      return
    }
    this.#route = route
    this.#replays = 0
    const retry = exchange.trusted ? overriddenRetry(exchange.requestHeaders, route.retry) : route.retry
    this.#retries.open(retry)
    this.#upstream.keepsForRetry = retry !== undefined
    this.#timeouts.open(exchange, action, retry, stream.routerOptions)
    route.prepareRequest(exchange, !stream.routerOptions.suppressEnvoyHeaders)
    if (action.idleTimeoutMs !== undefined) stream.setIdleTimeout(action.idleTimeoutMs)
    this.#timeouts.announce(exchange, 0, stream.routerOptions)
    if (this.#upstream.requestEnded) this.#timeout.arm(this.#timeouts.globalMs)
    exchange.scheme = upstreamScheme(exchange)
    this.#attempt()
  }

  #attempt(): void {
    const { exchange } = this.#stream
    const cluster = this.#cluster as Cluster
    exchange.upstreamAttempts += 1
    if (exchange.upstreamAttempts > 1 && this.#upstream.requestEnded) {
      const elapsed = this.#runtime.turn.now - exchange.requestEndAt
      this.#timeouts.announce(exchange, elapsed, this.#stream.routerOptions)
    }
    if ((this.#route as MatchedRoute).virtualHost.includeRequestAttemptCount) {
      exchange.requestHeaders.set('x-envoy-attempt-count', String(exchange.upstreamAttempts))
    }
    const endpoint = this.#retries.pickUntried(this.#pick)
    if (endpoint === null) {
      cluster.stats.upstreamCxNoneHealthy += 1
      this.#stream.reply(503, 'no healthy upstream', 'no_healthy_upstream', ResponseFlag.UH)
      return
    }
    if (exchange.upstreamAttempts === 1) this.#startMirrors()
    exchange.endpoint = endpoint.config
    exchange.upstreamHost = endpoint.address
    exchange.trace?.beginAttempt(exchange, this.#runtime.turn.now)
    this.#upstream.attempt(cluster, endpoint)
  }

  /** As Envoy: not where the request itself goes nowhere. */
  #startMirrors(): void {
    const { exchange } = this.#stream
    const { action } = (this.#route as MatchedRoute).entry
    if (action.kind !== 'route' || action.mirrors.length === 0 || exchange.upgrade !== '') return
    const body = { buffered: this.#upstream.bodySoFar, ended: this.#upstream.requestEnded }
    this.#mirrors = startMirrors(action, this.#runtime, exchange, body)
  }

  /**
   * The upstream cannot have acted on the request, or it does no harm to send it twice (RFC 9110 9.2.2, RFC 9113 8.7): it
   * is sent again without being asked for by a retry policy.
   */
  #mayReplay(reason: ResetReason): boolean {
    const upstream = this.#upstream
    const { connection } = upstream
    const { method, upgrade } = this.#stream.exchange
    if (connection === null || this.#replays >= MAX_REPLAYS || !upstream.bodyComplete || upgrade !== '') return false
    return mayReplay(method, reason, connection.reused, connection.responseBegan)
  }

  /** True if the response is dropped in favour of another try. */
  #retriesAfter(status: number, policy: RetryConfig): boolean {
    if (!retriesResponse(policy, status, this.#stream.exchange.responseFields)) {
      if (this.#retries.retried && status < 500) this.#clusterStats.upstreamRqRetrySuccess += 1
      return false
    }
    return this.#tryAgain()
  }

  #tryAgain(): boolean {
    const { exchange, stats } = this.#stream
    if (!this.#upstream.bodyComplete) {
      stats.rqRetrySkippedBodyTooLarge += 1
      return false
    }
    const verdict = this.#retries.take((this.#cluster as Cluster).circuit)
    if (verdict === 'limit') exchange.flags |= ResponseFlag.URX
    if (verdict === 'overflow') exchange.flags |= ResponseFlag.UO
    if (verdict !== 'retry') return false
    this.#dropAttempt()
    exchange.responseFields.clear()
    exchange.responseTrailers.clear()
    this.#backoff.arm(this.#retries.delay(this.#runtime.random))
    return true
  }

  // Ends of attempts.

  /** As Envoy: a response that was complete before its request has no time. */
  #completeAttempt(): void {
    const { trusted, requestEndAt } = this.#stream.exchange
    const elapsed = this.#runtime.turn.now - requestEndAt
    const { internal, external } = this.#clusterStats.responseTimes
    if (elapsed >= 0) (trusted ? internal : external).record(elapsed)
    this.#finishAttempt()
  }

  /** The response is complete: the connection goes back to its pool by itself. */
  #finishAttempt(): void {
    this.#timeout.cancel()
    this.#releaseAttempt()
    this.#retries.release()
  }

  /** The attempt's response is not wanted. */
  #dropAttempt(): void {
    this.#noteAttempt()
    this.#upstream.drop()
  }

  #releaseAttempt(): void {
    this.#noteAttempt()
    this.#upstream.release()
  }

  #noteAttempt(): void {
    const { endpoint } = this.#upstream
    this.#perTry.cancel()
    this.#duration.cancel()
    if (endpoint !== null) this.#retries.note(endpoint)
    const { exchange } = this.#stream
    exchange.trace?.endAttempt(exchange, this.#upstream.headSent, this.#runtime.turn.now)
  }

  // Tunnels.

  #onTunnel(status: number): void {
    this.#timeout.cancel()
    this.#stream.exchange.details = 'via_upstream'
    this.#stream.respondTunnel(status)
    this.#upstream.openTunnel()
  }

  // Failures.

  #replyReset(reason: ResetReason, failure: string): void {
    const reply = resetReply(reason, failure, this.#retries.retried)
    const field = this.#stream.routerOptions.suppressEnvoyHeaders ? undefined : reply.field
    this.#stream.reply(reply.status, reply.body, reply.details, reply.flags, field)
  }

  #onTimeout(): void {
    this.#clusterStats.upstreamRqTimeout += 1
    countTimeout(this.#upstream.endpoint)
    this.#stream.reply(504, 'upstream request timeout', 'response_timeout', ResponseFlag.UT)
  }

  #onPerTryTimeout(): void {
    this.#clusterStats.upstreamRqPerTryTimeout += 1
    countTimeout(this.#upstream.endpoint)
    this.#stream.exchange.trace?.onAttemptTimeout()
    this.#dropAttempt()
    if (this.#retriesLocalReset()) return
    this.#stream.reply(504, 'upstream request timeout', 'upstream_per_try_timeout', ResponseFlag.UT)
  }

  #onDurationReached(): void {
    this.#clusterStats.upstreamRqMaxDurationReached += 1
    this.#dropAttempt()
    if (!this.#stream.responseStarted && this.#retriesLocalReset()) return
    const body = 'upstream max stream duration reached'
    const status = this.#upstream.requestEnded ? 504 : 408
    this.#stream.reply(status, body, 'upstream_max_stream_duration_reached', ResponseFlag.UMSDR)
  }

  #retriesLocalReset(): boolean {
    const { policy } = this.#retries
    return policy !== undefined && retriesReset(policy, 'local reset', true) && this.#tryAgain()
  }

  get #clusterStats(): ClusterStats {
    return (this.#cluster as Cluster).stats
  }
}

/** What is no scheme of HTTP is not passed on. */
function upstreamScheme({ scheme, requestHeaders, connection }: Exchange): string {
  if (isHttpScheme(scheme)) return scheme
  const forwarded = requestHeaders.get('x-forwarded-proto') ?? ''
  if (isHttpScheme(forwarded)) return forwarded
  return (connection?.tls ?? null) === null ? 'http' : 'https'
}
