import type { Random } from '@mizzen/base'
import type { RouterOptions } from '../config/model.ts'
import type { FilterStream } from '../filter/filter.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { RouteSlot } from '../route/route-slot.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import type { BodyTransform } from './body-transform.ts'
import type { Deadline } from './deadline-wheel.ts'
import type { Downstream } from './downstream.ts'
import { ResponseFlag } from './exchange.ts'
import { FilterIteration } from './filter-iteration.ts'
import type { HttpService } from './http-service.ts'
import type { HeadError } from './http1/message-head.ts'
import { reasonPhrase } from './http1/status-line.ts'
import { beginLocalReply, prepareLocalReply } from './local-reply.ts'
import { REFUSAL_STATUS } from './refusal-status.ts'
import { checkRequest, type Refusal } from './request-check.ts'
import { prepareRequest } from './request-preparation.ts'
import { recordRequest } from './request-record.ts'
import { completeResponseHead, showRequestId } from './response-head.ts'
import { Router } from './router.ts'
import type { RouterStream } from './router-stream.ts'
import { StreamExchange } from './stream-exchange.ts'
import type { RequestStart, StreamRuntime } from './stream-runtime.ts'
import { StreamTimeouts } from './stream-timeouts.ts'
import { allowsUpgrade, announceUpgrade } from './upgrade.ts'

/**
 * One request and its response: from the head through filters and router to the log. A connection's codec owns it and
 * uses it again for the next request: `open` begins, `#finish` ends.
 */
export class Stream implements FilterStream, RouterStream {
  readonly exchange = new StreamExchange()
  readonly random: Random
  route: MatchedRoute | null = null
  isGrpcWeb = false
  repliesItself = false
  requestTransform: BodyTransform | null = null
  responseTransform: BodyTransform | null = null
  readonly #runtime: StreamRuntime
  readonly #downstream: Downstream
  readonly #client: ConnectionInfo
  readonly #router: Router
  readonly #timeouts: StreamTimeouts
  readonly #filters: FilterIteration
  /** A filter holds the request for a while. */
  readonly #filterDelay: Deadline
  #service!: HttpService
  #active = false
  #requestEnded = false
  #responseStarted = false
  /** Routes may serve the request. */
  #routable = false
  #ignoresUpgrade = false
  /** The request is the router's. As in Envoy, routes without a cluster change what that answers, and no other local reply. */
  #routed = false
  #tunnel = false
  /** Directions of a tunnel that are open. */
  #tunnelHalves = 0

  constructor(runtime: StreamRuntime, downstream: Downstream, client: ConnectionInfo) {
    this.#runtime = runtime
    this.#downstream = downstream
    this.#client = client
    this.random = runtime.random
    this.exchange.connection = client
    this.exchange.downstreamLocalAddress = client.local
    this.exchange.requestedServerName = client.serverName
    this.#router = new Router(runtime, this)
    this.#timeouts = new StreamTimeouts(this, runtime)
    this.#filters = new FilterIteration(this, () => this.#runFilters())
    this.#filterDelay = runtime.wheel.deadline(() => this.#runFilters())
  }

  get responseStarted(): boolean {
    return this.#responseStarted
  }

  get requestEnded(): boolean {
    return this.#requestEnded
  }

  get inTunnel(): boolean {
    return this.#tunnel
  }

  get downstreamCongested(): boolean {
    return this.#downstream.congested
  }

  get routerOptions(): RouterOptions {
    return this.#service.config.router
  }

  get stats(): HttpService['stats'] {
    return this.#service.stats
  }

  // From the codec.

  /** The first byte of a request has come. */
  open(service: HttpService): void {
    this.#service = service
    this.#active = true
    this.#requestEnded = false
    this.#responseStarted = false
    this.#tunnel = false
    this.#filters.begin(service.filters)
    this.route = null
    this.requestTransform = this.responseTransform = null
    this.isGrpcWeb = this.repliesItself = this.#routed = false
    this.exchange.reset(this.#runtime.turn.now, this.#runtime.clock.now())
    this.exchange.downstreamRemoteAddress = this.#client.remote
    service.stats.downstreamRqTotal += 1
    service.stats.downstreamRqActive += 1
    this.#timeouts.begin(service.config)
  }

  /** The head is in the exchange. */
  start(request: RequestStart): void {
    const { exchange } = this
    const service = this.#service
    if (request.ended) this.#endRequest()
    this.#timeouts.touch()
    if (this.#runtime.overload !== null && this.#runtime.overload.refusesRequests > this.random()) {
      this.#refuseOverloaded()
      return
    }
    // If the answer opens no tunnel, what the client sent after its request may be of the other protocol.
    if (exchange.upgrade !== '') this.#downstream.closeAfterResponse()
    if (request.expectsContinue) this.#expectContinue()
    const refusal = checkRequest(exchange, request.hasHost, service.config)
    if (refusal !== null) {
      this.#refuse(refusal)
      return
    }
    if (exchange.upgrade !== '') {
      this.#ignoresUpgrade = request.hasBodyBeforeUpgrade
      if (!this.#ignoresUpgrade) announceUpgrade(exchange, request.upgradeFields)
    }
    this.#routable = prepareRequest(exchange, service.config, service.trusted, this.#client, this.random)
    if (!this.rematch()) return
    const { tracing } = service
    if (tracing !== null) exchange.trace = tracing.begin(exchange)
    this.#router.open(this.#requestEnded)
    this.#runFilters()
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    this.exchange.requestBytes += end - start
    this.#timeouts.touch()
    if (this.requestTransform === null) this.#router.onRequestBytes(buffer, start, end)
    else this.#passRequest(this.requestTransform.update(buffer, start, end))
  }

  /** The body is complete; trailers, if there were any, are in the exchange. */
  onRequestEnd(): void {
    const { requestTransform } = this
    this.#endRequest()
    if (requestTransform !== null) this.#passRequest(requestTransform.finish(this.exchange.requestTrailers))
    this.#router.onRequestEnd()
  }

  onDownstreamWritable(): void {
    this.#router.onDownstreamWritable()
  }

  /** The client of a tunnel has sent its last byte. */
  onTunnelEnd(): void {
    this.#router.onTunnelEnd()
    this.#endTunnelHalf()
  }

  /** Nothing more can be said to the client: it has left, or (HTTP/2) reset the stream or broke the protocol. */
  onDownstreamClosed(details = 'downstream_remote_disconnect', flag: number = ResponseFlag.DC): void {
    if (!this.#active) return
    this.#router.cancel()
    if (!this.#tunnel) {
      this.exchange.flags |= flag
      if (this.exchange.details === '' || flag !== ResponseFlag.DC) this.exchange.details = details
      this.#service.stats.downstreamRqRxReset += 1
    }
    this.#finish()
  }

  /** What came is no HTTP that may be served. */
  refuse(error: Exclude<HeadError, ''>): void {
    const status = REFUSAL_STATUS[error] ?? 400
    this.reply(status, reasonPhrase(status), error, ResponseFlag.DPE)
  }

  refuseSlowHead(): void {
    this.reply(408, 'request header timeout', 'request_header_timeout', 0)
  }

  // For filters.

  get routes(): RouteSlot {
    return this.#service.routes
  }

  rematch(): boolean {
    const { exchange } = this
    const { routes, config } = this.#service
    this.route = this.#routable ? (routes.table?.match(exchange) ?? null) : null
    if (this.route !== null) {
      this.#router.choose(this.route)
      if (exchange.upgrade !== '' && !this.#admitUpgrade(this.route)) return false
    }
    this.#timeouts.limitDuration(this.route, config)
    return true
  }

  proceedAfter(ms: number): void {
    this.#filterDelay.arm(ms)
  }

  suspend(): (instead?: () => void) => void {
    return this.#filters.suspend()
  }

  reply(
    status: number,
    body: string,
    details: string,
    flags: number,
    field?: readonly [string, string],
    grpcStatus?: number,
  ): void {
    if (!this.#active) return
    this.#router.cancel()
    if (this.#responseStarted) {
      this.abort(details, flags)
      return
    }
    const { exchange } = this
    this.repliesItself = true
    // As Envoy: who has sent a bad request may read what comes next otherwise.
    if (status === 400 && this.#service.config.streamErrorOnInvalidMessage !== true) this.closeAfterResponse()
    exchange.details = details
    exchange.flags |= flags
    beginLocalReply(exchange, status, field)
    if (this.#routed || exchange.route?.action.kind === 'route') this.route?.prepareResponse(exchange)
    const prepared = prepareLocalReply(exchange, { status, body, grpcStatus }, this.isGrpcWeb)
    const ended = prepared.text === ''
    this.respondHead(prepared.status, ended)
    if (ended) return
    if (exchange.method !== 'HEAD') {
      exchange.responseBytes = prepared.text.length
      this.#downstream.sendText(prepared.text)
    }
    this.#endResponse()
  }

  // From the router.

  respondInterim(status: number): void {
    if (!this.#service.config.proxy100Continue) return
    this.#service.stats.countResponse(status)
    showRequestId(this.exchange, this.#service.config)
    this.#downstream.sendInterim(status, this.exchange)
  }

  respondHead(status: number, endStream: boolean): void {
    const { exchange } = this
    this.#beginResponse(status)
    for (const filter of this.#service.filters) filter.onResponse?.(exchange, this)
    completeResponseHead(exchange, this.#service.config, this.#runtime.date)
    exchange.trace?.onResponse(exchange)
    // As Envoy: a client that has its answer before its request is through must not be waited for.
    if (!this.#requestEnded) this.#downstream.closeAfterResponse()
    const ends = endStream && this.responseTransform === null
    this.#downstream.sendHead(exchange, ends)
    if (ends) this.#endResponse()
    else if (endStream) this.respondEnd()
  }

  respondBytes(buffer: Buffer, start: number, end: number): void {
    this.#timeouts.touch()
    if (this.responseTransform !== null) this.#passResponse(this.responseTransform.update(buffer, start, end))
    else {
      this.exchange.responseBytes += end - start
      this.#downstream.sendBytes(buffer, start, end)
    }
  }

  respondEnd(): void {
    const { responseTransform } = this
    if (responseTransform !== null) this.#passResponse(responseTransform.finish(this.exchange.responseTrailers))
    this.#endResponse()
  }

  respondTunnel(status: number): void {
    this.#beginResponse(status)
    this.#tunnel = true
    this.#tunnelHalves = 2
    this.#timeouts.requestEnded()
    completeResponseHead(this.exchange, this.#service.config, this.#runtime.date)
    this.exchange.trace?.onResponse(this.exchange)
    this.#downstream.startTunnel(this.exchange)
  }

  respondTunnelEnd(): void {
    this.#downstream.endTunnel()
    this.#endTunnelHalf()
  }

  abort(details: string, flags: number): void {
    if (!this.#active) return
    this.#router.cancel()
    this.exchange.details = details
    this.exchange.flags |= flags
    this.#finish()
    this.#downstream.reset()
  }

  pauseRequest(): void {
    this.#downstream.pauseRequest()
  }

  resumeRequest(): void {
    this.#downstream.resumeRequest()
  }

  setIdleTimeout(ms: number): void {
    this.#timeouts.setIdle(ms)
  }

  closeAfterResponse(): void {
    this.#downstream.closeAfterResponse()
  }

  // Within.

  /** At once and by ourselves, as Envoy: so a client never waits for an upstream that does not know of it. */
  #expectContinue(): void {
    if (this.#service.config.proxy100Continue) this.exchange.requestHeaders.append('expect', '100-continue')
    else {
      this.#service.stats.countResponse(100)
      this.#downstream.sendContinue()
    }
  }

  /** A server may ignore `Upgrade` (RFC 9110 7.8), and does so where a body stands before the other protocol. */
  #admitUpgrade(route: MatchedRoute): boolean {
    const { exchange } = this
    if (!allowsUpgrade(exchange.upgrade, route, this.#service.config)) {
      this.reply(403, '', 'upgrade_failed', 0)
      return false
    }
    if (this.#ignoresUpgrade) exchange.upgrade = ''
    else this.#service.stats.downstreamCxUpgradesTotal += 1
    return true
  }

  #refuseOverloaded(): void {
    this.#service.stats.downstreamRqOverloadClose += 1
    this.reply(503, 'envoy overloaded', 'overload', 0)
  }

  #refuse({ status, body, details, flags, field, closes, cuts }: Refusal): void {
    if (closes) this.#downstream.closeAfterResponse()
    if (cuts) this.abort(details, flags)
    else this.reply(status, body, details, flags, field)
  }

  #runFilters(): void {
    if (!this.#filters.run()) return
    if (this.route === null) {
      this.#service.stats.rqTotal += 1
      this.#service.stats.noRoute += 1
      this.reply(404, '', 'route_not_found', ResponseFlag.NR)
      return
    }
    this.#routed = true
    this.#router.start(this.route)
  }

  #passRequest(bytes: Buffer): void {
    if (bytes.length > 0) this.#router.onRequestBytes(bytes, 0, bytes.length)
  }

  #passResponse(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.exchange.responseBytes += bytes.length
    this.#downstream.sendBytes(bytes, 0, bytes.length)
  }

  #endRequest(): void {
    this.#requestEnded = true
    this.#timeouts.requestEnded()
    this.exchange.requestEndAt = this.#runtime.turn.now
  }

  #beginResponse(status: number): void {
    const { exchange } = this
    exchange.status = status
    exchange.responseHeaders = exchange.responseFields
    exchange.responseStartAt = this.#runtime.turn.now
    this.#responseStarted = true
    this.#timeouts.touch()
    if (!this.repliesItself) this.route?.prepareResponse(exchange)
  }

  #endResponse(): void {
    const { exchange } = this
    // An answer to half a request: the rest of it must not reach the upstream.
    if (!this.#requestEnded) this.#router.cancel()
    this.#finish()
    if (exchange.responseTrailers.size > 0) this.#downstream.sendTrailers(exchange)
    else this.#downstream.end()
  }

  #endTunnelHalf(): void {
    this.#tunnelHalves -= 1
    if (this.#tunnelHalves !== 0 || !this.#active) return
    this.#router.finishTunnel()
    this.#finish()
  }

  #finish(): void {
    const { exchange } = this
    const service = this.#service
    this.#active = false
    this.#timeouts.cancel()
    this.#filterDelay.cancel()
    this.#filters.end()
    exchange.endedAt = this.#runtime.turn.now
    recordRequest(exchange, service)
  }
}
