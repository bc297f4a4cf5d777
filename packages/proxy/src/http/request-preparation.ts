import type { Random } from '@mizzen/base'
import type { HttpConnectionManagerConfig } from '../config/model.ts'
import { mergeSlashes, normalizePath } from './path-normalization.ts'
import { createRequestId } from './request-id.ts'
import type { StreamExchange } from './stream-exchange.ts'

/**
 * What only proxies of the mesh may say, and these do not say it to each other: dropped from every request (Envoy:
 * ConnectionManagerUtility::cleanInternalHeaders, with no address configured as internal).
 */
const DROPPED: readonly string[] = [
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-ip-tags',
  'x-envoy-max-retries',
  'x-envoy-original-url',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-stream-duration-ms',
  // Plaintext peers cannot vouch for a certificate: it goes in every forwarding mode of Envoy's.
  'x-forwarded-client-cert',
]
const DROPPED_INSIDE: ReadonlySet<string> = new Set(DROPPED)

/** What proxies of the mesh say to each other, and nobody else may: dropped at an edge, too. */
const DROPPED_AT_EDGE: ReadonlySet<string> = new Set([
  ...DROPPED,
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-host',
  'x-envoy-original-path',
])

/**
 * Brings a request's headers to what the rest of the mesh may rely on: who the client is, the scheme, a request id.
 * @param peer IP address at the other end of the connection
 * @returns false if the path cannot be normalized
 */
export function prepareRequest(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  peer: string,
  random: Random,
): boolean {
  if (config.normalizePath) {
    const path = normalizePath(exchange.path)
    if (path === undefined) return false
    exchange.path = path
  }
  if (config.mergeSlashes) exchange.path = mergeSlashes(exchange.path)
  if (config.useRemoteAddress) prepareAtEdge(exchange, config, peer)
  else prepareInside(exchange)
  if (config.via !== '') appendVia(exchange, config.via)
  if (config.generateRequestId) ensureRequestId(exchange, config, random)
  return true
}

function prepareAtEdge(exchange: StreamExchange, config: HttpConnectionManagerConfig, peer: string): void {
  const headers = exchange.requestHeaders
  headers.removeWhere(isDroppedAtEdge)
  const forwarded = headers.getCombined('x-forwarded-for')
  const client = config.xffNumTrustedHops === 0 ? peer : trustedClient(forwarded, config.xffNumTrustedHops, peer)
  headers.set('x-forwarded-for', forwarded === undefined ? peer : `${forwarded},${peer}`)
  if (config.xffNumTrustedHops === 0 || !headers.has('x-forwarded-proto')) {
    headers.set('x-forwarded-proto', exchange.scheme)
  }
  headers.set('x-envoy-external-address', client)
}

function isDroppedAtEdge(name: string): boolean {
  return name.startsWith('x-') && DROPPED_AT_EDGE.has(name)
}

/** The address that the outermost trusted proxy saw: the n-th of x-forwarded-for from the right. */
function trustedClient(forwarded: string | undefined, hops: number, peer: string): string {
  const addresses = (forwarded ?? '').split(',')
  return addresses[addresses.length - hops]?.trim() || peer
}

function prepareInside(exchange: StreamExchange): void {
  const headers = exchange.requestHeaders
  headers.removeWhere(isDroppedInside)
  if (!headers.has('x-forwarded-proto')) headers.append('x-forwarded-proto', exchange.scheme)
}

function isDroppedInside(name: string): boolean {
  return name.startsWith('x-') && DROPPED_INSIDE.has(name)
}

function appendVia(exchange: StreamExchange, via: string): void {
  const before = exchange.requestHeaders.getCombined('via')
  exchange.requestHeaders.set('via', before === undefined ? via : `${before}, ${via}`)
}

function ensureRequestId(exchange: StreamExchange, config: HttpConnectionManagerConfig, random: Random): void {
  const headers = exchange.requestHeaders
  const given = headers.get('x-request-id')
  // Ids from outside would let a client join others' traces.
  const kept = given !== undefined && given !== '' && (!config.useRemoteAddress || config.preserveExternalRequestId)
  exchange.requestId = kept ? given : createRequestId(random)
  if (!kept) headers.set('x-request-id', exchange.requestId)
}
