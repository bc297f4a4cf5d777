import type { ConfigNode } from './config-node.ts'
import type { HttpConnectionManagerConfig, ListenerConfig, RouteSource } from './model.ts'
import { readAccessLog } from './read-access-log.ts'
import { readHttpFilters } from './read-http-filters.ts'
import { readRoutes } from './read-routes.ts'
import { readConfigSource } from './read-values.ts'

export const HTTP_CONNECTION_MANAGER_TYPE =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

const SERVER_HEADER_MODES = {
  OVERWRITE: 'overwrite',
  APPEND_IF_ABSENT: 'append-if-absent',
  PASS_THROUGH: 'pass-through',
} as const

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager. */
export function readHttpConnectionManager(
  node: ConfigNode,
  direction: ListenerConfig['trafficDirection'],
): HttpConnectionManagerConfig {
  ignoreWithoutEffect(node)
  node.enumeration('codec_type', { AUTO: true, HTTP1: true })
  const common = node.child('common_http_protocol_options', readCommonOptions) ?? NO_OPTIONS
  return {
    statPrefix: node.requiredString('stat_prefix'),
    routes: readRouteSource(node),
    filters: readHttpFilters(node, direction),
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
    streamIdleTimeoutMs: node.duration('stream_idle_timeout') ?? 300_000,
    idleTimeoutMs: common.idleTimeoutMs,
    requestTimeoutMs: node.duration('request_timeout') ?? 0,
    requestHeadersTimeoutMs: node.duration('request_headers_timeout') ?? 0,
    drainTimeoutMs: node.duration('drain_timeout') ?? 5000,
    maxRequestsPerConnection: common.maxRequestsPerConnection,
    maxRequestHeadersBytes: node.count('max_request_headers_kb', 60) * 1024,
    maxHeadersCount: common.maxHeadersCount,
    normalizePath: node.boolean('normalize_path'),
    mergeSlashes: node.boolean('merge_slashes'),
    upgrades: node.list('upgrade_configs', readUpgrade).filter((name) => name !== ''),
    acceptHttp10: node.child('http_protocol_options', readHttp1Options) ?? false,
    via: node.string('via'),
  }
}

function ignoreWithoutEffect(node: ConfigNode): void {
  // How long a closed connection lingers; who counts as internal only matters where such requests differ.
  node.ignore(
    'delayed_close_timeout',
    'internal_address_config',
    'http2_protocol_options',
    'set_current_client_cert_details',
  )
  // x-forwarded-client-cert is always dropped on connections without a client certificate, whatever the mode but this.
  node.enumeration('forward_client_cert_details', {
    SANITIZE: true,
    FORWARD_ONLY: true,
    APPEND_FORWARD: true,
    SANITIZE_SET: true,
  })
  node.enumeration('path_with_escaped_slashes_action', { IMPLEMENTATION_SPECIFIC_DEFAULT: true, KEEP_UNCHANGED: true })
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
  return { kind: 'inline', routes }
}

const NO_OPTIONS = { idleTimeoutMs: 3_600_000, maxRequestsPerConnection: 0, maxHeadersCount: 100 }

/** envoy.config.core.v3.HttpProtocolOptions. */
function readCommonOptions(node: ConfigNode): typeof NO_OPTIONS {
  node.enumeration('headers_with_underscores_action', { ALLOW: true })
  return {
    idleTimeoutMs: node.duration('idle_timeout') ?? NO_OPTIONS.idleTimeoutMs,
    maxRequestsPerConnection: node.count('max_requests_per_connection', 0),
    maxHeadersCount: node.count('max_headers_count', NO_OPTIONS.maxHeadersCount),
  }
}

/** Whether HTTP/1.0 is accepted. Absolute targets always are. */
function readHttp1Options(node: ConfigNode): boolean {
  node.ignore('allow_absolute_url', 'default_host_for_http_10', 'enable_trailers')
  return node.boolean('accept_http_10')
}

function readUpgrade(node: ConfigNode): string {
  const type = node.requiredString('upgrade_type').toLowerCase()
  return node.boolean('enabled', true) ? type : ''
}
