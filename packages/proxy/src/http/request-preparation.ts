import type { Random } from '@mizzen/base'
import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import { prepareClientCertificate } from './client-certificate-header.ts'
import { createRequestId } from './request-id.ts'
import type { StreamExchange } from './stream-exchange.ts'
import { withTraceReason } from './trace-reason.ts'

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

/** Addresses whose requests are our own; null = none. */
export type TrustedPeers = { find(address: string): true | undefined } | null

/**
 * Brings a request's headers to what the rest of the mesh may rely on: who the client is, the scheme, a request id.
 */
export function prepareRequest(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  trusted: TrustedPeers,
  client: ConnectionInfo,
  random: Random,
): void {
  const { peer } = client
  const secure = client.tls !== null
  if (trusted !== null && trusted.find(soleClient(exchange, config, peer)) === true) exchange.trusted = true
  if (config.useRemoteAddress) prepareAtEdge(exchange, config, peer, secure)
  else prepareInside(exchange, secure)
  prepareClientCertificate(exchange.requestHeaders, config.clientCertificate, client.tls)
  if (config.via !== '') appendVia(exchange, config.via)
  ensureRequestId(exchange, config, random)
}

/** The address of the client, if it is sure that there is no other proxy in between; else ''. */
function soleClient(exchange: StreamExchange, config: HttpConnectionManagerConfig, peer: string): string {
  const forwarded = exchange.requestHeaders.getCombined('x-forwarded-for')
  if (config.useRemoteAddress) return forwarded === undefined && config.xffNumTrustedHops === 0 ? peer : ''
  return forwarded === undefined || forwarded.includes(',') ? '' : forwarded.trim()
}

function prepareAtEdge(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  peer: string,
  secure: boolean,
): void {
  const headers = exchange.requestHeaders
  if (exchange.trusted) headers.set('x-envoy-internal', 'true')
  else headers.removeWhere(isDroppedAtEdge)
  const forwarded = headers.getCombined('x-forwarded-for')
  const client = config.xffNumTrustedHops === 0 ? peer : trustedClient(forwarded, config.xffNumTrustedHops, peer)
  headers.set('x-forwarded-for', forwarded === undefined ? peer : `${forwarded},${peer}`)
  if (config.xffNumTrustedHops === 0 || !headers.has('x-forwarded-proto')) {
    headers.set('x-forwarded-proto', secure ? 'https' : 'http')
  }
  if (!exchange.trusted) headers.set('x-envoy-external-address', client)
}

function isDroppedAtEdge(name: string): boolean {
  return name.startsWith('x-') && DROPPED_AT_EDGE.has(name)
}

/** The address that the outermost trusted proxy saw: the n-th of x-forwarded-for from the right. */
function trustedClient(forwarded: string | undefined, hops: number, peer: string): string {
  const addresses = (forwarded ?? '').split(',')
  return addresses[addresses.length - hops]?.trim() || peer
}

function prepareInside(exchange: StreamExchange, secure: boolean): void {
  const headers = exchange.requestHeaders
  if (exchange.trusted) headers.set('x-envoy-internal', 'true')
  else headers.removeWhere(isDroppedInside)
  if (!headers.has('x-forwarded-proto')) headers.append('x-forwarded-proto', secure ? 'https' : 'http')
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
  const given = headers.get('x-request-id') ?? ''
  exchange.requestId = config.generateRequestId ? ownRequestId(given, exchange.trusted, config, random) : given
  if (exchange.requestId !== given) headers.set('x-request-id', exchange.requestId)
}

/** @param given '' = none */
function ownRequestId(
  given: string,
  trusted: boolean,
  { useRemoteAddress, preserveExternalRequestId, requestId }: HttpConnectionManagerConfig,
  random: Random,
): string {
  if (given === '') return createRequestId(random)
  if (!useRemoteAddress || trusted) return given
  // Ids from outside would let a client join others' traces, and none may decide what is traced.
  if (!preserveExternalRequestId) return createRequestId(random)
  return requestId?.packTraceReason === false ? given : withTraceReason(given, 'none')
}
