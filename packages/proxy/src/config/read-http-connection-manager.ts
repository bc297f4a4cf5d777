import type { ConfigNode } from './config-node.ts'
import type { Http2Options } from './http2-options.ts'
import type { HttpConnectionManagerConfig, ListenerConfig, RouteSource } from './model.ts'
import { readAccessLog } from './read-access-log.ts'
import { readHttpFilters } from './read-http-filters.ts'
import { DEFAULT_HTTP2_OPTIONS, readHttp2Options } from './read-http2-options.ts'
import { readRequestRules } from './read-request-rules.ts'
import { readRoutes } from './read-routes.ts'
import { readRequestIdExtension, readTracing } from './read-tracing.ts'
import { readConfigSource } from './read-values.ts'

export const HTTP_CONNECTION_MANAGER_TYPE =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

const SERVER_HEADER_MODES = {
  OVERWRITE: 'overwrite',
  APPEND_IF_ABSENT: 'append-if-absent',
  PASS_THROUGH: 'pass-through',
} as const

const CODECS = { AUTO: 'auto', HTTP1: 'http1', HTTP2: 'http2' } as const

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager. */
export function readHttpConnectionManager(
  node: ConfigNode,
  direction: ListenerConfig['trafficDirection'],
): HttpConnectionManagerConfig {
  ignoreWithoutEffect(node)
  const common = node.child('common_http_protocol_options', readCommonOptions) ?? NO_OPTIONS
  const installed = readHttpFilters(node, direction)
  const operation = direction === 'outbound' ? 'egress' : 'ingress'
  return {
    statPrefix: node.requiredString('stat_prefix'),
    routes: readRouteSource(node),
    ...installed,
    accessLogs: node.list('access_log', readAccessLog),
    serverHeader: {
      mode: node.enumeration('server_header_transformation', SERVER_HEADER_MODES),
      name: node.string('server_name') || 'envoy',
    },
    useRemoteAddress: node.boolean('use_remote_address'),
    xffNumTrustedHops: node.count('xff_num_trusted_hops', 0),
    generateRequestId: node.boolean('generate_request_id', true),
    preserveExternalRequestId: node.boolean('preserve_external_request_id'),
    alwaysSetRequestIdInResponse: node.boolean('always_set_request_id_in_response'),
    requestId: node.child('request_id_extension', readRequestIdExtension),
    tracing: node.child('tracing', (tracing) =>
      readTracing(tracing, operation, installed.router.startChildSpan === true),
    ),
    streamIdleTimeoutMs: node.duration('stream_idle_timeout') ?? 300_000,
    idleTimeoutMs: common.idleTimeoutMs,
    requestTimeoutMs: node.duration('request_timeout') ?? 0,
    requestHeadersTimeoutMs: node.duration('request_headers_timeout') ?? 0,
    drainTimeoutMs: node.duration('drain_timeout') ?? 5000,
    maxRequestsPerConnection: common.maxRequestsPerConnection,
    maxRequestHeadersBytes: node.count('max_request_headers_kb', 60) * 1024,
    maxHeadersCount: common.maxHeadersCount,
    headersWithUnderscores: common.headersWithUnderscores,
    maxStreamDurationMs: common.maxStreamDurationMs,
    maxConnectionDurationMs: common.maxConnectionDurationMs,
    ...readRequestRules(node),
    upgrades: node.list('upgrade_configs', readUpgrade).filter((name) => name !== ''),
    ...(node.child('http_protocol_options', readHttp1Options) ?? NO_HTTP1_OPTIONS),
    codec: node.enumeration('codec_type', CODECS),
    http2: readHttp2(node),
    ...(node.boolean('stream_error_on_invalid_http_message') && { streamErrorOnInvalidMessage: true }),
    proxy100Continue: node.boolean('proxy_100_continue'),
    clientCertificate: readClientCertificate(node),
    via: node.string('via'),
  }
}

function readHttp2(node: ConfigNode): Http2Options {
  const streamError = node.boolean('stream_error_on_invalid_http_message')
  const given = node.child('http2_protocol_options', (options) => readHttp2Options(options, streamError))
  return given ?? { ...DEFAULT_HTTP2_OPTIONS, streamErrorOnInvalidMessage: streamError }
}

function ignoreWithoutEffect(node: ConfigNode): void {
  // How long a closed connection lingers.
  node.ignore('delayed_close_timeout')
}

const FORWARDING = {
  SANITIZE: undefined,
  FORWARD_ONLY: 'forward',
  APPEND_FORWARD: 'append',
  SANITIZE_SET: 'replace',
  ALWAYS_FORWARD_ONLY: 'always-forward',
} as const

function readClientCertificate(node: ConfigNode): HttpConnectionManagerConfig['clientCertificate'] {
  const details = node.child('set_current_client_cert_details', readCertificateDetails) ?? []
  const forward = node.enumeration('forward_client_cert_details', FORWARDING)
  return forward === undefined ? undefined : { forward, details }
}

/** SetCurrentClientCertDetails, in the order in which Envoy writes them. */
function readCertificateDetails(node: ConfigNode): readonly ('subject' | 'cert' | 'chain' | 'dns' | 'uri')[] {
  return (['cert', 'chain', 'subject', 'uri', 'dns'] as const).filter((detail) => node.boolean(detail))
}

function readRouteSource(node: ConfigNode): RouteSource {
  const rds = node.child('rds', (source) => ({
    kind: 'rds' as const,
    timeoutMs: source.child('config_source', readConfigSource),
    name: source.requiredString('route_config_name'),
  }))
  if (rds !== undefined) return rds
  const routes = node.child('route_config', readRoutes)
  if (routes === undefined) throw node.error('unsupported-config', 'needs one of rds, route_config')
  if (routes.onDemand === true) throw node.error('unsupported-config', 'needs rds', 'route_config.vhds')
  return { kind: 'inline', routes }
}

type CommonOptions = Pick<
  HttpConnectionManagerConfig,
  | 'idleTimeoutMs'
  | 'maxRequestsPerConnection'
  | 'maxHeadersCount'
  | 'headersWithUnderscores'
  | 'maxStreamDurationMs'
  | 'maxConnectionDurationMs'
>

const NO_OPTIONS: CommonOptions = { idleTimeoutMs: 3_600_000, maxRequestsPerConnection: 0, maxHeadersCount: 100 }

const UNDERSCORES = { ALLOW: 'allow', REJECT_REQUEST: 'reject', DROP_HEADER: 'drop' } as const

/** envoy.config.core.v3.HttpProtocolOptions. */
function readCommonOptions(node: ConfigNode): CommonOptions {
  return {
    headersWithUnderscores: node.enumeration('headers_with_underscores_action', UNDERSCORES),
    maxStreamDurationMs: node.duration('max_stream_duration'),
    maxConnectionDurationMs: node.duration('max_connection_duration'),
    idleTimeoutMs: node.duration('idle_timeout') ?? NO_OPTIONS.idleTimeoutMs,
    maxRequestsPerConnection: node.count('max_requests_per_connection', 0),
    maxHeadersCount: node.count('max_headers_count', NO_OPTIONS.maxHeadersCount),
  }
}

type Http1Options = Pick<HttpConnectionManagerConfig, 'acceptHttp10' | 'http1Trailers' | 'defaultHostForHttp10'>

const NO_HTTP1_OPTIONS: Http1Options = { acceptHttp10: false, http1Trailers: false }

/** envoy.config.core.v3.Http1ProtocolOptions. */
function readHttp1Options(node: ConfigNode): Http1Options {
  if (!node.boolean('allow_absolute_url', true)) {
    throw node.error('unsupported-config', 'only true is supported', 'allow_absolute_url')
  }
  return {
    acceptHttp10: node.boolean('accept_http_10'),
    http1Trailers: node.boolean('enable_trailers'),
    defaultHostForHttp10: node.optionalString('default_host_for_http_10'),
  }
}

function readUpgrade(node: ConfigNode): string {
  const type = node.requiredString('upgrade_type').toLowerCase()
  return node.boolean('enabled', true) ? type : ''
}
