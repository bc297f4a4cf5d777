import type { HttpConnectionManagerConfig } from '../config/model.ts'
import { ResponseFlag } from './exchange.ts'
import { isGrpcRequest } from './grpc.ts'
import { normalizeTarget } from './request-target.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** Why a request is not served, in the words of the log. */
export interface Refusal {
  readonly status: number
  readonly body: string
  readonly details: string
  readonly flags: number
  readonly field?: readonly [string, string]
  /** The connection is not to be trusted with further requests. */
  readonly closes: boolean
  /** In place of an answer. */
  readonly cuts: boolean
}

const PLAIN = { body: '', flags: 0, closes: false, cuts: false }
const NO_HOST: Refusal = { ...PLAIN, status: 400, details: 'missing_host_header' }
const NO_PATH: Refusal = { ...PLAIN, status: 404, details: 'absolute_path_rejected' }
const BAD_PATH: Refusal = { ...PLAIN, status: 400, details: 'path_normalization_failed' }
const UNDERSCORE: Refusal = {
  ...PLAIN,
  status: 400,
  body: 'Bad Request',
  details: 'http1.unexpected_underscore',
  flags: ResponseFlag.DPE,
  closes: true,
}
/** To Envoy this is a broken message, which ends its stream. */
const HTTP2_UNDERSCORE: Refusal = {
  ...PLAIN,
  status: 0,
  details: 'http2.unexpected_underscore',
  flags: ResponseFlag.DR,
  cuts: true,
}

/** Brings a request's target into the form that is configured. @returns null if the request may go on */
export function checkRequest(
  exchange: StreamExchange,
  hasHost: boolean,
  config: HttpConnectionManagerConfig,
): Refusal | null {
  if (!hasHost && !takeDefaultHost(exchange, config)) return NO_HOST
  if (exchange.path !== '' && !exchange.path.startsWith('/')) return NO_PATH
  if (exchange.path.includes('#')) return BAD_PATH
  const { headersWithUnderscores = 'allow' } = config
  if (headersWithUnderscores !== 'allow' && dropUnderscores(exchange) && headersWithUnderscores === 'reject') {
    if (exchange.protocol === 'HTTP/2') return HTTP2_UNDERSCORE
    // To Envoy this is no request at all.
    exchange.method = exchange.path = ''
    return UNDERSCORE
  }
  const verdict = normalizeTarget(exchange, config)
  if (verdict === 'continue') return null
  // As Envoy: gRPC knows no redirects.
  if (verdict === 'reject' || isGrpcRequest(exchange)) return BAD_PATH
  return { ...BAD_PATH, status: 307, field: ['location', exchange.path] }
}

/** HTTP/1.0 knows no Host field. */
function takeDefaultHost(exchange: StreamExchange, { defaultHostForHttp10 }: HttpConnectionManagerConfig): boolean {
  if (exchange.protocol !== 'HTTP/1.0' || defaultHostForHttp10 === undefined) return false
  exchange.authority = defaultHostForHttp10
  return true
}

/** @returns true if there were any */
function dropUnderscores({ requestHeaders }: StreamExchange): boolean {
  const before = requestHeaders.size
  requestHeaders.removeWhere((name) => name.includes('_'))
  return requestHeaders.size < before
}
