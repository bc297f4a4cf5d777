import type { ConfigNode } from './config-node.ts'
import type { AccessLogConfig, FileLogConfig, LogFormat } from './model.ts'
import { readLogFilter, readStreamLog, readTcpStreamLog } from './read-stream-log.ts'

/** Envoy's own default; control planes send theirs. */
const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n'

/** envoy.config.accesslog.v3.AccessLog: files, standard streams, and Envoy's access-log service. */
export function readAccessLog(node: ConfigNode): AccessLogConfig {
  node.ignore('name')
  const log: AccessLogConfig | undefined = node.typed<AccessLogConfig>('typed_config', {
    'envoy.extensions.access_loggers.file.v3.FileAccessLog': (file) => readFormats(file, file.requiredString('path')),
    'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': (stream) => readFormats(stream, '/dev/stdout'),
    'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': readStreamLog,
    'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig': readTcpStreamLog,
  })
  if (log === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return 'stream' in log ? { stream: { ...log.stream, ...node.child('filter', readLogFilter) } } : log
}

function readFormats(node: ConfigNode, path: string): FileLogConfig {
  const format = node.child('log_format', readFormat)
  if (format !== undefined) return { path, format }
  for (const name of ['json_format', 'typed_json_format']) {
    if (node.has(name)) return { path, format: { kind: 'json', template: node.raw(name) } }
  }
  return { path, format: { kind: 'text', template: node.optionalString('format') ?? DEFAULT_FORMAT } }
}

/** envoy.config.core.v3.SubstitutionFormatString. Extensions that add commands are known by their commands. */
function readFormat(node: ConfigNode): LogFormat {
  node.ignore('content_type', 'formatters')
  const omits = node.boolean('omit_empty_values') ? { omitsEmpty: true } : {}
  if (node.has('json_format')) {
    // Properties are sorted either way, as in Envoy.
    node.ignore('json_format_options')
    return { kind: 'json', template: node.raw('json_format'), ...omits }
  }
  const text = node.has('text_format_source')
    ? node.child('text_format_source', (source) => source.requiredString('inline_string'))
    : node.string('text_format')
  return { kind: 'text', template: text || DEFAULT_FORMAT, ...omits }
}
