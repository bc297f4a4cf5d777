import type { Clock, Random } from '@mizzen/base'
import type { Filter, FilterStream } from '../filter/filter.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import type { DateHeader } from './date-header.ts'
import type { Deadline, DeadlineWheel } from './deadline-wheel.ts'
import type { Downstream } from './downstream.ts'
import type { EventTurn } from './event-turn.ts'
import { ResponseFlag } from './exchange.ts'
import type { HttpService } from './http-service.ts'
import type { HeadError } from './http1/message-head.ts'
import { reasonPhrase } from './http1/status-line.ts'
import { prepareRequest } from './request-preparation.ts'
import { Router } from './router.ts'
import type { ClusterLookup } from './router-runtime.ts'
import type { RouterStream } from './router-stream.ts'
import { StreamExchange } from './stream-exchange.ts'

export interface StreamRuntime {
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly clock: Clock
  readonly random: Random
  readonly clusters: ClusterLookup
  readonly date: DateHeader
}

/** What the codec says about a request besides the exchange's fields. */
export interface RequestStart {
  /** There is no body. */
  readonly ended: boolean
  readonly chunked: boolean
  readonly hasHost: boolean
  /** Protocol asked for; '' = none. */
  readonly upgrade: string
  readonly expectsContinue: boolean
}

const REFUSAL_STATUS: Partial<Readonly<Record<HeadError, number>>> = {
  'http1.https_url_on_plaintext_connection': 403,
  'http1.invalid_transfer_encoding': 501,
  'http1.headers_too_large': 431,
  'http1.too_many_headers': 431,
  low_version: 426,
}

/**
 * One request and its response: from the head through filters and router to the log. A connection's codec owns it and
 * uses it again for the next request: `open` begins, `#finish` ends.
 */
export class Stream implements FilterStream, RouterStream {
  readonly exchange = new StreamExchange()
  readonly random: Random
  route: MatchedRoute | null = null
  readonly #runtime: StreamRuntime
  readonly #downstream: Downstream
  readonly #peer: string
  readonly #router: Router
  readonly #idle: Deadline
  readonly #overall: Deadline
  readonly #filterDelay: Deadline
  #service!: HttpService
  #idleMs = 0
  #active = false
  #requestEnded = false
  #responseStarted = false
  #filterAt = 0
  #tunnel = false

  constructor(
    runtime: StreamRuntime,
    downstream: Downstream,
    addresses: { local: string; remote: string; peer: string },
  ) {
    this.#runtime = runtime
    this.#downstream = downstream
    this.#peer = addresses.peer
    this.random = runtime.random
    this.exchange.downstreamLocalAddress = addresses.local
    this.exchange.downstreamRemoteAddress = addresses.remote
    this.#router = new Router(runtime, this)
    this.#idle = runtime.wheel.deadline(() => this.#onIdle())
    this.#overall = runtime.wheel.deadline(() => this.#onRequestTimeout())
    this.#filterDelay = runtime.wheel.deadline(() => this.#runFilters())
  }

  get responseStarted(): boolean {
    return this.#responseStarted
  }

  get downstreamCongested(): boolean {
    return this.#downstream.congested
  }

  // From the codec.

  /** The first byte of a request has come. */
  open(service: HttpService): void {
    this.#service = service
    this.#active = true
    this.#requestEnded = false
    this.#responseStarted = false
    this.#tunnel = false
    this.#filterAt = 0
    this.route = null
    this.exchange.reset(this.#runtime.turn.now, this.#runtime.clock.now())
    service.stats.downstreamRqTotal += 1
    service.stats.downstreamRqActive += 1
    this.#overall.arm(service.config.requestTimeoutMs)
    this.#idleMs = service.config.streamIdleTimeoutMs
    this.#idle.arm(this.#idleMs)
  }

  /** The head is in the exchange. */
  start(request: RequestStart): void {
    const { config, routes } = this.#service
    if (request.ended) this.#endRequest()
    this.#idle.arm(this.#idleMs)
    // At once and by ourselves, as Envoy: so a client never waits for an upstream that does not know of it.
    if (request.expectsContinue) this.#downstream.sendContinue()
    if (this.exchange.method === 'CONNECT') this.#downstream.closeAfterResponse()
    if (!this.#checkRequest(request)) return
    // RFC 9110 7.8 lets a server ignore `Upgrade`: with a body it is not clear where the new protocol begins.
    const upgrade = request.upgrade === 'h2c' || !request.ended ? '' : request.upgrade
    if (upgrade !== '') {
      // If the answer is not 101, what the client sent after its request may be of the other protocol.
      this.#downstream.closeAfterResponse()
      this.exchange.requestHeaders.append('connection', 'upgrade')
      this.exchange.requestHeaders.append('upgrade', upgrade)
    }
    if (!prepareRequest(this.exchange, config, this.#peer, this.random)) {
      this.#refusePath()
      return
    }
    this.route = routes.table?.match(this.exchange) ?? null
    const refused = this.exchange.method === 'CONNECT' || (upgrade !== '' && !this.#allowsUpgrade(upgrade))
    if (this.route !== null && refused) {
      this.reply(403, '', 'upgrade_failed', 0)
      return
    }
    this.#router.open(this.#requestEnded, request.chunked, upgrade)
    this.#runFilters()
  }

  onRequestBytes(buffer: Buffer, start: number, end: number): void {
    this.exchange.requestBytes += end - start
    this.#idle.arm(this.#idleMs)
    this.#router.onRequestBytes(buffer, start, end)
  }

  onRequestEnd(): void {
    this.#endRequest()
    this.#router.onRequestEnd()
  }

  onDownstreamWritable(): void {
    this.#router.onDownstreamWritable()
  }

  /** The client of a tunnel has sent its last byte. */
  onTunnelEnd(): void {
    this.#router.onTunnelEnd()
  }

  onDownstreamClosed(): void {
    if (!this.#active) return
    this.#router.cancel()
    if (!this.#tunnel) {
      this.exchange.flags |= ResponseFlag.DC
      this.exchange.details = 'downstream_remote_disconnect'
      this.#service.stats.downstreamRqRxReset += 1
    }
    this.#finish()
  }

  /** What came is no HTTP that may be served. */
  refuse(error: Exclude<HeadError, ''>): void {
    const status = REFUSAL_STATUS[error] ?? 400
    if (status === 431) this.#service.stats.downstreamRqTooLarge += 1
    this.reply(status, reasonPhrase(status), error, ResponseFlag.DPE)
  }

  refuseSlowHead(): void {
    this.reply(408, 'request header timeout', 'request_header_timeout', 0)
  }

  // For filters.

  proceedAfter(ms: number): void {
    this.#filterDelay.arm(ms)
  }

  /** A reply of our own; `body` has one byte a character. Once the response has begun it can only be cut. */
  reply(status: number, body: string, details: string, flags: number, field?: readonly [string, string]): void {
    if (!this.#active) return
    this.#router.cancel()
    if (this.#responseStarted) {
      this.abort(details, flags)
      return
    }
    const { exchange } = this
    const headers = exchange.responseFields
    const text = status === 204 || status === 304 ? '' : body
    headers.clear()
    if (field !== undefined) headers.append(field[0], field[1])
    if (text !== '') {
      headers.append('content-length', String(text.length))
      headers.append('content-type', 'text/plain')
    }
    exchange.details = details
    exchange.flags |= flags
    this.respondHead(status, text === '')
    if (text === '') return
    if (exchange.method !== 'HEAD') {
      exchange.responseBytes = text.length
      this.#downstream.sendText(text)
    }
    this.respondEnd()
  }

  // From the router.

  /** `exchange.responseFields` is the head. Ends the response if nothing follows it. */
  respondHead(status: number, endStream: boolean): void {
    const { exchange } = this
    exchange.status = status
    exchange.responseHeaders = exchange.responseFields
    exchange.responseStartAt = this.#runtime.turn.now
    this.#responseStarted = true
    this.#idle.arm(this.#idleMs)
    this.route?.prepareResponse(exchange)
    for (const filter of this.#service.filters) filter.onResponse?.(exchange)
    this.#completeResponseHead()
    // As Envoy: a client that has its answer before its request is through must not be waited for.
    if (!this.#requestEnded) this.#downstream.closeAfterResponse()
    this.#downstream.sendHead(exchange, endStream)
    if (endStream) this.#endResponse()
  }

  respondBytes(buffer: Buffer, start: number, end: number): void {
    this.exchange.responseBytes += end - start
    this.#idle.arm(this.#idleMs)
    this.#downstream.sendBytes(buffer, start, end)
  }

  respondEnd(): void {
    this.#endResponse()
  }

  /** 101 came: the protocol changes, and both sides pass bytes as they are. */
  respondTunnel(): void {
    this.exchange.status = 101
    this.exchange.responseHeaders = this.exchange.responseFields
    this.exchange.responseStartAt = this.#runtime.turn.now
    this.#responseStarted = true
    this.#tunnel = true
    this.#overall.cancel()
    this.#service.stats.downstreamCxUpgradesTotal += 1
    this.route?.prepareResponse(this.exchange)
    this.#completeResponseHead()
    this.#downstream.startTunnel(this.exchange)
  }

  respondTunnelEnd(): void {
    this.#downstream.endTunnel()
  }

  /** Cuts a response that has begun. */
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

  /** The route has a stream idle timeout of its own. */
  setIdleTimeout(ms: number): void {
    this.#idleMs = ms
    this.#idle.arm(ms)
  }

  get stats(): HttpService['stats'] {
    return this.#service.stats
  }

  // Within.

  #checkRequest(request: RequestStart): boolean {
    const { exchange } = this
    if (!request.hasHost) {
      this.#downstream.closeAfterResponse()
      this.reply(400, '', 'missing_host_header', 0)
    } else if (exchange.method !== 'CONNECT' && !exchange.path.startsWith('/')) {
      this.reply(404, '', 'absolute_path_rejected', 0)
    } else if (exchange.path.includes('#')) {
      this.#refusePath()
    } else return true
    return false
  }

  #refusePath(): void {
    this.#downstream.closeAfterResponse()
    this.reply(400, '', 'path_normalization_failed', 0)
  }

  #allowsUpgrade(upgrade: string): boolean {
    const action = this.route?.entry.action
    if (action?.kind === 'route' && action.upgrades.includes(upgrade)) return true
    return this.#service.config.upgrades.includes(upgrade)
  }

  #runFilters(): void {
    const { filters } = this.#service
    while (this.#filterAt < filters.length) {
      const filter = filters[this.#filterAt] as Filter
      this.#filterAt += 1
      if (filter.onRequest !== undefined && filter.onRequest(this) === 'stop') return
    }
    if (this.route === null) {
      this.#service.stats.noRoute += 1
      this.reply(404, '', 'route_not_found', ResponseFlag.NR)
      return
    }
    this.#router.start(this.route)
  }

  #endRequest(): void {
    this.#requestEnded = true
    this.#overall.cancel()
    this.exchange.requestEndAt = this.#runtime.turn.now
  }

  /** Envoy's order: date, then server. */
  #completeResponseHead(): void {
    const { config } = this.#service
    const headers = this.exchange.responseFields
    if (config.alwaysSetRequestIdInResponse) headers.set('x-request-id', this.exchange.requestId)
    if (!headers.has('date')) headers.append('date', this.#runtime.date.value)
    const { mode, name } = config.serverHeader
    if (mode === 'overwrite') headers.set('server', name)
    else if (mode === 'append-if-absent' && !headers.has('server')) headers.append('server', name)
    if (config.via !== '') headers.append('via', config.via)
  }

  #endResponse(): void {
    // An answer to half a request: the rest of it must not reach the upstream.
    if (!this.#requestEnded) this.#router.cancel()
    this.#finish()
    this.#downstream.end()
  }

  #finish(): void {
    const { exchange } = this
    const service = this.#service
    this.#active = false
    this.#idle.cancel()
    this.#overall.cancel()
    this.#filterDelay.cancel()
    exchange.endedAt = this.#runtime.turn.now
    service.stats.downstreamRqActive -= 1
    service.stats.countResponse(exchange.status)
    for (const recorder of service.recorders) recorder.record(exchange)
    for (const log of service.accessLogs) log.log(exchange)
  }

  #onIdle(): void {
    this.#service.stats.downstreamRqIdleTimeout += 1
    if (this.#tunnel) this.abort('stream_idle_timeout', ResponseFlag.SI)
    else {
      const status = this.#requestEnded ? 504 : 408
      this.reply(status, 'stream timeout', 'stream_idle_timeout', ResponseFlag.SI)
    }
  }

  #onRequestTimeout(): void {
    this.#service.stats.downstreamRqTimeout += 1
    this.#downstream.closeAfterResponse()
    this.reply(408, 'request timeout', 'request_overall_timeout', 0)
  }
}
