/** What Envoy's spans tell (Tracing::HttpTracerUtility); names are part of what collectors know. */
import type { ClusterConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { isGrpcRequest } from '../http/grpc.ts'
import type { Headers } from '../http/headers.ts'
import { formatFlags } from '../telemetry/response-flags.ts'
import type { CustomTag } from './custom-tags.ts'

type Tags = Map<string, string>

/**
 * gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL,
 * UNAVAILABLE, DATA_LOSS.
 */
const GRPC_ERRORS: ReadonlySet<string> = new Set(['2', '4', '8', '12', '13', '14', '15'])

/** Who tells. */
export interface TracedNode {
  readonly id: string
  readonly zone: string
}

/** Of a request's span. */
export function requestTags(
  exchange: Exchange,
  node: TracedNode,
  maxPathLength: number,
  custom: readonly CustomTag[],
): Tags {
  const tags: Tags = new Map()
  tags.set('node_id', node.id)
  tags.set('zone', node.zone)
  setRequest(tags, exchange, maxPathLength)
  if (isGrpcRequest(exchange)) setGrpcRequest(tags, exchange)
  tags.set('request_size', String(exchange.requestBytes))
  tags.set('response_size', String(exchange.responseBytes))
  setOutcome(tags, exchange.cluster, exchange.status, exchange.flags)
  setGrpcOutcome(tags, exchange.responseHeaders, exchange.responseTrailers)
  setError(tags, exchange.status)
  setCustomTags(tags, exchange, custom)
  return tags
}

/** What came of a call of an upstream. */
export interface CallOutcome {
  readonly cluster: ClusterConfig | null
  /** `host:port` */
  readonly address: string
  /** '' = there was no connection. */
  readonly protocol: string
  /** 0 = no response. */
  readonly status: number
  readonly flags: number
  /** Tries before this one. */
  readonly retries: number
  /** '' = it was not reset. */
  readonly resetReason: string
  /** It was given up before its end. */
  readonly canceled: boolean
  /** Of the response. */
  readonly fields: Headers | null
  readonly trailers: Headers
}

/** Of the span of a call, without those of configuration. */
export function callTags(outcome: CallOutcome): Tags {
  const { address, protocol, status, flags, retries, resetReason, canceled } = outcome
  const tags: Tags = new Map()
  if (retries > 0) tags.set('retry.count', String(retries))
  if (status !== 0) setGrpcOutcome(tags, outcome.fields, outcome.trailers)
  if (resetReason !== '') {
    tags.set('error', 'true')
    tags.set('error.reason', resetReason)
  }
  if (canceled) tags.set('canceled', 'true')
  tags.set('http.protocol', protocol === '' ? '-' : protocol)
  tags.set('upstream_address', address)
  tags.set('peer.address', address)
  setOutcome(tags, outcome.cluster, status, flags)
  setError(tags, status)
  return tags
}

function setRequest(tags: Tags, exchange: Exchange, maxPathLength: number): void {
  const { requestHeaders, requestId } = exchange
  if (requestId !== '') tags.set('guid:x-request-id', requestId)
  tags.set('http.url', urlOf(exchange, maxPathLength))
  tags.set('http.method', exchange.method)
  tags.set('downstream_cluster', requestHeaders.get('x-envoy-downstream-service-cluster') ?? '-')
  tags.set('user_agent', requestHeaders.get('user-agent') ?? '-')
  tags.set('http.protocol', exchange.protocol === '' ? '-' : exchange.protocol)
  tags.set('peer.address', exchange.connection?.directHost ?? '')
  const clientTraceId = requestHeaders.get('x-client-trace-id')
  if (clientTraceId !== undefined) tags.set('guid:x-client-trace-id', clientTraceId)
}

/** As it came, but for the host, which may have been rewritten. */
function urlOf({ requestHeaders, path, authority, scheme }: Exchange, maxPathLength: number): string {
  const original = requestHeaders.get('x-envoy-original-path') ?? path
  const proto = requestHeaders.get('x-forwarded-proto') ?? scheme
  return `${proto}://${authority}${original.slice(0, maxPathLength)}`
}

function setGrpcRequest(tags: Tags, { path, authority, requestHeaders }: Exchange): void {
  tags.set('grpc.path', path)
  tags.set('grpc.authority', authority)
  setField(tags, 'grpc.content_type', requestHeaders, 'content-type')
  setField(tags, 'grpc.timeout', requestHeaders, 'grpc-timeout')
}

/** Where the status of a call stands: behind its body, or in its head if there is none. */
function setGrpcOutcome(tags: Tags, fields: Headers | null, trailers: Headers): void {
  if (trailers.has('grpc-status')) setGrpcResponse(tags, trailers)
  else if (fields?.has('grpc-status') === true) setGrpcResponse(tags, fields)
}

function setGrpcResponse(tags: Tags, fields: Headers): void {
  setField(tags, 'grpc.status_code', fields, 'grpc-status')
  setField(tags, 'grpc.message', fields, 'grpc-message')
  if (GRPC_ERRORS.has(fields.get('grpc-status') ?? '')) tags.set('error', 'true')
}

function setOutcome(tags: Tags, cluster: ClusterConfig | null, status: number, flags: number): void {
  tags.set('component', 'proxy')
  if (cluster !== null) {
    tags.set('upstream_cluster', cluster.name)
    tags.set('upstream_cluster.name', cluster.altStatName || cluster.name)
  }
  tags.set('http.status_code', String(status))
  tags.set('response_flags', formatFlags(flags))
}

function setError(tags: Tags, status: number): void {
  if (status === 0 || status >= 500) tags.set('error', 'true')
}

export function setCustomTags(tags: Tags, exchange: Exchange, custom: readonly CustomTag[]): void {
  for (const { name, value } of custom) {
    const text = value(exchange)
    if (text !== undefined && text !== '') tags.set(name, text)
  }
}

function setField(tags: Tags, tag: string, fields: Headers, name: string): void {
  const value = fields.get(name)
  if (value !== undefined) tags.set(tag, value)
}
