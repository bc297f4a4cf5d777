import type { ConfigNode } from './config-node.ts'
import type { ClusterConfig } from './model.ts'
import { readHttp2Options } from './read-http2-options.ts'

type UpstreamProtocol = Pick<
  ClusterConfig,
  | 'protocol'
  | 'http2'
  | 'http1Trailers'
  | 'idleTimeoutMs'
  | 'maxRequestsPerConnection'
  | 'maxConnectionDurationMs'
  | 'maxStreamDurationMs'
  | 'autoSni'
>
type Common = Pick<
  UpstreamProtocol,
  'idleTimeoutMs' | 'maxRequestsPerConnection' | 'maxConnectionDurationMs' | 'maxStreamDurationMs'
>

const PROTOCOL_OPTIONS_TYPE = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const NO_OPTIONS: Common = { idleTimeoutMs: 3_600_000, maxRequestsPerConnection: 0 }

/** What a cluster speaks: `typed_extension_protocol_options`, or the older fields of the cluster itself. */
export function readUpstreamProtocol(node: ConfigNode): UpstreamProtocol {
  const older = readOlderProtocol(node)
  const given = node.entries('typed_extension_protocol_options', (_name, options) =>
    options.asTyped({ [PROTOCOL_OPTIONS_TYPE]: readProtocolOptions }),
  )
  const protocol = given[0] ?? older
  const most = node.count('max_requests_per_connection', 0)
  return most === 0 ? protocol : { ...protocol, maxRequestsPerConnection: most }
}

function readOlderProtocol(node: ConfigNode): UpstreamProtocol {
  const downstream = node.enumeration('protocol_selection', {
    USE_CONFIGURED_PROTOCOL: false,
    USE_DOWNSTREAM_PROTOCOL: true,
  })
  const common = node.child('common_http_protocol_options', readCommonOptions) ?? NO_OPTIONS
  const http2 = node.child('http2_protocol_options', (options) => readHttp2Options(options))
  const http1Trailers = node.child('http_protocol_options', readHttp1Options)
  const names = node.child('upstream_http_protocol_options', readServerName)
  const protocol = downstream ? 'downstream' : http2 === undefined ? 'http1' : 'http2'
  return { ...common, ...names, protocol, http2, http1Trailers }
}

function readProtocolOptions(node: ConfigNode): UpstreamProtocol {
  const common = node.child('common_http_protocol_options', readCommonOptions) ?? NO_OPTIONS
  const names = node.child('upstream_http_protocol_options', readServerName)
  const protocol =
    node.child('explicit_http_config', readExplicit) ??
    node.child('use_downstream_protocol_config', (config) => readBoth(config, 'downstream')) ??
    node.child('auto_config', (config) => readBoth(config, 'alpn'))
  if (protocol === undefined) {
    throw node.error(
      'unsupported-config',
      'needs one of explicit_http_config, use_downstream_protocol_config, auto_config',
    )
  }
  return { ...common, ...names, ...protocol }
}

type Codec = Pick<UpstreamProtocol, 'protocol' | 'http2' | 'http1Trailers'>

function readExplicit(node: ConfigNode): Codec {
  const http2 = node.child('http2_protocol_options', (options) => readHttp2Options(options))
  if (http2 !== undefined) return { protocol: 'http2', http2 }
  return { protocol: 'http1', http1Trailers: node.child('http_protocol_options', readHttp1Options) }
}

function readBoth(node: ConfigNode, protocol: Codec['protocol']): Codec {
  return {
    protocol,
    http2: node.child('http2_protocol_options', (options) => readHttp2Options(options)),
    http1Trailers: node.child('http_protocol_options', readHttp1Options),
  }
}

/** envoy.config.core.v3.Http1ProtocolOptions: whether trailers pass. The others are about servers. */
function readHttp1Options(node: ConfigNode): boolean {
  node.ignore('allow_absolute_url', 'accept_http_10', 'default_host_for_http_10')
  return node.boolean('enable_trailers')
}

/** envoy.config.core.v3.HttpProtocolOptions. */
function readCommonOptions(node: ConfigNode): Common {
  return {
    idleTimeoutMs: node.duration('idle_timeout') ?? NO_OPTIONS.idleTimeoutMs,
    maxRequestsPerConnection: node.count('max_requests_per_connection', 0),
    maxConnectionDurationMs: node.duration('max_connection_duration'),
    maxStreamDurationMs: node.duration('max_stream_duration'),
  }
}

/** envoy.config.core.v3.UpstreamHttpProtocolOptions. */
function readServerName(node: ConfigNode): Pick<UpstreamProtocol, 'autoSni'> {
  const names = node.boolean('auto_sni')
  const header = node.string('override_auto_sni_header').toLowerCase() || ':authority'
  const validates = node.boolean('auto_san_validation')
  return names || validates ? { autoSni: { names, validates, header } } : {}
}
