import type { RetryConfig, RouteAction, RouterOptions } from '../config/model.ts'
import { isGrpcRequest } from './grpc.ts'
import { formatGrpcTimeout, grpcTimeout } from './grpc-timeout.ts'
import type { StreamExchange } from './stream-exchange.ts'

const EXPECTED = 'x-envoy-expected-rq-timeout-ms'
const GLOBAL = 'x-envoy-upstream-rq-timeout-ms'
const STREAM = 'x-envoy-upstream-stream-duration-ms'
const PER_TRY = 'x-envoy-upstream-rq-per-try-timeout-ms'

/** The timeouts of a request (Envoy: FilterUtility::finalTimeout); of a router, used again for each request. */
export class RequestTimeouts {
  /** From the end of the request to the end of the response, ms; 0 = none. */
  globalMs = 0
  /** For the response's head of each try, ms; 0 = none. */
  perTryMs = 0
  /** Of a whole try, in place of the cluster's, ms; undefined = that one. */
  streamMs: number | undefined = undefined
  #writesGrpcTimeout = false

  /** Works them out, and takes the headers that were for this proxy out of the request. */
  open(exchange: StreamExchange, action: RouteAction, retry: RetryConfig | undefined, options: RouterOptions): void {
    // As Envoy: where the duration of streams is limited, nothing else is.
    this.globalMs = action.maxStreamDuration === undefined ? action.timeoutMs : 0
    this.perTryMs = retry?.perTryTimeoutMs ?? 0
    this.streamMs = undefined
    this.#writesGrpcTimeout = false
    const { maxGrpcTimeoutMs, maxStreamDuration } = action
    if (maxGrpcTimeoutMs !== undefined && maxStreamDuration === undefined && isGrpcRequest(exchange)) {
      this.#writesGrpcTimeout = true
      this.globalMs = grpcLimit(exchange, maxGrpcTimeoutMs, action.grpcTimeoutOffsetMs ?? 0)
    }
    if (exchange.trusted) this.#readHeaders(exchange, options)
    if (this.perTryMs >= this.globalMs && this.globalMs !== 0) this.perTryMs = 0
  }

  /** Tells the upstream what is left `elapsedMs` after the end of the request. */
  announce(exchange: StreamExchange, elapsedMs: number, options: RouterOptions): void {
    let expected = this.perTryMs === 0 ? this.globalMs : this.perTryMs
    if (expected === 0) return
    // 0 would mean that there is no limit.
    if (this.globalMs > 0) expected = Math.max(1, Math.min(expected, Math.ceil(this.globalMs - elapsedMs)))
    if (!options.suppressEnvoyHeaders) exchange.requestHeaders.set(EXPECTED, String(expected))
    if (this.#writesGrpcTimeout) exchange.requestHeaders.set('grpc-timeout', formatGrpcTimeout(expected))
  }

  #readHeaders({ requestHeaders }: StreamExchange, { respectExpectedTimeout }: RouterOptions): void {
    const expected = respectExpectedTimeout ? requestHeaders.get(EXPECTED) : undefined
    this.globalMs = whole(expected ?? requestHeaders.get(GLOBAL)) ?? this.globalMs
    this.perTryMs = whole(requestHeaders.get(PER_TRY)) ?? this.perTryMs
    requestHeaders.remove(GLOBAL)
    requestHeaders.remove(PER_TRY)
    this.streamMs = whole(requestHeaders.get(STREAM))
    requestHeaders.remove(STREAM)
  }
}

/** @param max ms; 0 = no limit */
function grpcLimit(exchange: StreamExchange, max: number, offset: number): number {
  let timeout = grpcTimeout(exchange.requestHeaders) ?? 0
  // 0 would mean that there is no limit.
  if (offset < timeout) timeout -= offset
  return max !== 0 && (timeout === 0 || timeout > max) ? max : timeout
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
