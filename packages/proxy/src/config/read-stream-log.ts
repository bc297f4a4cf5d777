import type { ConfigNode } from './config-node.ts'
import type { LogTag, StreamLogConfig } from './model.ts'
import { readGrpcService } from './read-grpc-service.ts'

/** Envoy's defaults. */
const DEFAULT_FLUSH_MS = 1_000
const DEFAULT_BUFFER_BYTES = 16 * 1024

/** envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig */
export function readStreamLog(node: ConfigNode): StreamLogConfig {
  const common = readCommon(node)
  return {
    stream: {
      ...common,
      requestHeaders: lowerCase(node.strings('additional_request_headers_to_log')),
      responseHeaders: lowerCase(node.strings('additional_response_headers_to_log')),
      responseTrailers: lowerCase(node.strings('additional_response_trailers_to_log')),
    },
  }
}

/** envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig */
export function readTcpStreamLog(node: ConfigNode): StreamLogConfig {
  return { stream: { ...readCommon(node), requestHeaders: [], responseHeaders: [], responseTrailers: [] } }
}

/** The filter of a streamed log: which requests it has. All others are not supported. */
export function readLogFilter(node: ConfigNode): Pick<StreamLogConfig['stream'], 'successesPerSecond'> {
  const filter = node.child('extension_filter', (extension) => {
    extension.ignore('name')
    return extension.typed('typed_config', {
      'mizzen.access_log.v1.Sample': (sample) => ({ successesPerSecond: sample.count('successes_per_second', 0) }),
    })
  })
  if (filter === undefined) throw node.error('unsupported-config', 'is not supported')
  return filter
}

function readCommon(node: ConfigNode) {
  const common = node.child('common_config', (config) => {
    config.enumeration('transport_api_version', { AUTO: true, V3: true })
    config.ignore('grpc_stream_retry_policy', 'filter_state_objects_to_log')
    const cluster = config.child('grpc_service', readGrpcService)
    if (cluster === undefined) throw config.error('bad-config', 'must be given', 'grpc_service')
    return {
      cluster,
      logName: config.requiredString('log_name'),
      flushIntervalMs: config.duration('buffer_flush_interval') ?? DEFAULT_FLUSH_MS,
      bufferBytes: config.count('buffer_size_bytes', DEFAULT_BUFFER_BYTES),
      tags: config.list('custom_tags', readTag),
    }
  })
  if (common === undefined) throw node.error('bad-config', 'must be given', 'common_config')
  return common
}

/** envoy.type.tracing.v3.CustomTag: literals, and metadata of endpoint, cluster and route. */
function readTag(node: ConfigNode): LogTag {
  const name = node.requiredString('tag')
  const literal = node.child('literal', (child) => child.requiredString('value'))
  if (literal !== undefined) return { name, literal }
  const tag = node.child('metadata', (child) => ({
    name,
    of: child.child('kind', readKind) ?? 'host',
    ...(child.child('metadata_key', readKey) ?? { namespace: '', path: [] }),
    otherwise: child.string('default_value'),
  }))
  if (tag === undefined) throw node.error('unsupported-config', 'only literal and metadata are supported')
  return tag
}

const KINDS = ['host', 'cluster', 'route'] as const

function readKind(node: ConfigNode): (typeof KINDS)[number] {
  const kind = KINDS.find((one) => node.child(one, () => true))
  if (kind === undefined) throw node.error('unsupported-config', `only ${KINDS.join(', ')} are supported`)
  return kind
}

function readKey(node: ConfigNode) {
  return {
    namespace: node.requiredString('key'),
    path: node.list('path', (segment) => segment.requiredString('key')),
  }
}

function lowerCase(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase())
}
