import { isIP } from 'node:net'
import type { Random } from '@mizzen/base'
import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import { prepareClientCertificate } from './client-certificate-header.ts'
import type { HeaderList } from './header-list.ts'
import { createRequestId } from './request-id.ts'
import type { StreamExchange } from './stream-exchange.ts'
import { withTraceReason } from './trace-reason.ts'
import { formatAddress } from './wire.ts'

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
 * @returns false if no route may serve it: the proxy before this one leaves open by which scheme it came (as Envoy)
 */
export function prepareRequest(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  trusted: TrustedPeers,
  client: ConnectionInfo,
  random: Random,
): boolean {
  const secure = client.tls !== null
  const found = clientAddress(exchange, config)
  const address = found.address === '' ? client.peer : found.address
  if (found.address !== '') exchange.downstreamRemoteAddress = formatAddress(found.address, 0)
  exchange.trusted = trusted !== null && found.sole && trusted.find(address) === true
  const proto = config.useRemoteAddress
    ? prepareAtEdge(exchange, config, client.peer, address, secure)
    : prepareInside(exchange, secure)
  if (exchange.scheme === '') exchange.scheme = schemeOf(exchange, secure)
  prepareClientCertificate(exchange.requestHeaders, config.clientCertificate, client.tls)
  if (!isReferer(exchange.requestHeaders.get('referer'))) exchange.requestHeaders.remove('referer')
  if (config.via !== '') appendVia(exchange.requestHeaders, config.via)
  ensureRequestId(exchange, config, random)
  return proto !== ''
}

interface ClientAddress {
  /** '' = that of the peer. */
  readonly address: string
  /** There is no other proxy in between, as far as one can tell. */
  readonly sole: boolean
}

const NOT_FOUND: ClientAddress = { address: '', sole: false }
const PEER: ClientAddress = { address: '', sole: true }

/** Who the client is: the peer, or whom trusted proxies name in x-forwarded-for (Envoy: x-forwarded-for in config_http_conn_man). */
function clientAddress({ requestHeaders }: StreamExchange, config: HttpConnectionManagerConfig): ClientAddress {
  const { useRemoteAddress, xffNumTrustedHops: hops } = config
  const forwarded = requestHeaders.get('x-forwarded-for')
  if (forwarded === undefined) return useRemoteAddress ? PEER : NOT_FOUND
  if (useRemoteAddress) return hops === 0 ? NOT_FOUND : { address: itemFromEnd(forwarded, hops - 1), sole: false }
  const address = itemFromEnd(forwarded, hops)
  return { address, sole: hops === 0 && address !== '' && !forwarded.includes(',') }
}

/** The IP address that stands before the last `skipped` ones; '' if there is none. */
function itemFromEnd(list: string, skipped: number): string {
  const items = list.split(',')
  const item = (items[items.length - 1 - skipped] ?? '').trim()
  return isIP(item) === 0 ? '' : item
}

/** What the proxy before this one says, or what this connection is. */
function schemeOf({ requestHeaders }: StreamExchange, secure: boolean): string {
  const forwarded = requestHeaders.get('x-forwarded-proto') ?? ''
  return isHttpScheme(forwarded) ? forwarded.toLowerCase() : secure ? 'https' : 'http'
}

export function isHttpScheme(text: string): boolean {
  return text === 'http' || text === 'https' || SCHEME.test(text)
}

const SCHEME = /^https?$/i

function prepareAtEdge(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  peer: string,
  address: string,
  secure: boolean,
): string {
  const headers = exchange.requestHeaders
  if (exchange.trusted) headers.set('x-envoy-internal', 'true')
  else headers.removeWhere(isDroppedAtEdge)
  const forwarded = headers.get('x-forwarded-for')
  headers.set('x-forwarded-for', forwarded === undefined || forwarded === '' ? peer : `${forwarded},${peer}`)
  if (config.xffNumTrustedHops === 0) headers.remove('x-forwarded-proto')
  const proto = ensureForwardedProto(headers, secure)
  if (!exchange.trusted) headers.set('x-envoy-external-address', address)
  return proto
}

/** @returns what x-forwarded-proto says then */
function ensureForwardedProto(headers: HeaderList, secure: boolean): string {
  const given = headers.get('x-forwarded-proto')
  if (given !== undefined) return given
  const own = secure ? 'https' : 'http'
  headers.append('x-forwarded-proto', own)
  return own
}

function isDroppedAtEdge(name: string): boolean {
  return name.startsWith('x-') && DROPPED_AT_EDGE.has(name)
}

function prepareInside(exchange: StreamExchange, secure: boolean): string {
  const headers = exchange.requestHeaders
  if (exchange.trusted) headers.set('x-envoy-internal', 'true')
  else headers.removeWhere(isDroppedInside)
  return ensureForwardedProto(headers, secure)
}

function isDroppedInside(name: string): boolean {
  return name.startsWith('x-') && DROPPED_INSIDE.has(name)
}

/** Of a request or a response. */
export function appendVia(headers: HeaderList, via: string): void {
  const before = headers.getCombined('via')
  headers.set('via', before === undefined || before === '' ? via : `${before}, ${via}`)
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

/** A URL without user name and fragment, or a reference without fragment; what is none is not passed on (as in Envoy). */
function isReferer(value: string | undefined): boolean {
  return value === undefined || ABSOLUTE_REFERER.test(value) || RELATIVE_REFERER.test(value)
}

const ABSOLUTE_REFERER = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/i
/** Its first segment holds no colon (RFC 3986 4.2). */
const RELATIVE_REFERER = /^[\w\-.~?[\]@!$&'()*+,;=%]*(?:\/[\w\-.~:/?[\]@!$&'()*+,;=%]*)?$/
