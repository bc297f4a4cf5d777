import type { ConfigNode } from './config-node.ts'
import { readGrpcService } from './read-grpc-service.ts'
import type {
  CollectorConfig,
  OpenTelemetryConfig,
  ResourceDetectorConfig,
  SamplerConfig,
  TracerConfig,
  ZipkinConfig,
} from './tracing-model.ts'

/** envoy.config.trace.v3.Tracing.Http: which tracer. */
export function readTracer(node: ConfigNode): TracerConfig {
  node.ignore('name')
  const tracer = node.typed<TracerConfig>('typed_config', {
    'envoy.config.trace.v3.ZipkinConfig': readZipkin,
    'envoy.config.trace.v3.OpenTelemetryConfig': readOpenTelemetry,
  })
  if (tracer === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return tracer
}

const ENCODINGS = {
  // Envoy refuses what is left out, which stands for a version that is gone.
  DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE: undefined,
  HTTP_JSON: 'json',
  HTTP_PROTO: 'protobuf',
} as const

function readZipkin(node: ConfigNode): ZipkinConfig {
  const encoding = node.enumeration('collector_endpoint_version', ENCODINGS)
  if (encoding === undefined) {
    throw node.error('bad-config', 'must be HTTP_JSON or HTTP_PROTO', 'collector_endpoint_version')
  }
  return {
    kind: 'zipkin',
    collector: node.child('collector_service', readHttpService) ?? readZipkinCollector(node),
    encoding,
    traceId128bit: node.boolean('trace_id_128bit'),
    sharedSpanContext: node.boolean('shared_span_context', true),
    splitSpansForRequest: node.boolean('split_spans_for_request'),
    w3c: node.enumeration('trace_context_option', { USE_B3: false, USE_B3_WITH_W3C_PROPAGATION: true }),
  }
}

function readZipkinCollector(node: ConfigNode): CollectorConfig {
  const cluster = node.requiredString('collector_cluster')
  return {
    cluster,
    host: node.string('collector_hostname') || cluster,
    path: node.requiredString('collector_endpoint'),
    headers: [],
    timeoutMs: 0,
  }
}

function readOpenTelemetry(node: ConfigNode): OpenTelemetryConfig {
  const http = node.child('http_service', readHttpService)
  const grpc = node.child('grpc_service', readGrpcCollector)
  if (http !== undefined && grpc !== undefined) {
    throw node.error('bad-config', 'cannot have both grpc_service and http_service')
  }
  const collector = (http && { ...http, protocol: 'http' as const }) ?? (grpc && { ...grpc, protocol: 'grpc' as const })
  return {
    kind: 'open-telemetry',
    ...(collector && { collector }),
    serviceName: node.string('service_name') || 'unknown_service:envoy',
    resources: node.list('resource_detectors', readResourceDetector),
    sampler: node.child('sampler', readSampler),
    maxCacheSize: node.count('max_cache_size', 1024),
    namesSdk: node.boolean('set_telemetry_sdk_resource_attributes', true),
    namesService: node.boolean('set_service_name_resource_attribute', true),
    namesScope: node.boolean('set_instrumentation_scope', true),
  }
}

function readGrpcCollector(node: ConfigNode): CollectorConfig {
  const timeoutMs = node.duration('timeout') ?? 0
  const headers = node.list('initial_metadata', readField)
  const cluster = readGrpcService(node)
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  return { cluster, host: cluster, path, headers, timeoutMs }
}

/** envoy.config.core.v3.HttpService. */
function readHttpService(node: ConfigNode): CollectorConfig {
  const target = node.child('http_uri', (uri) => ({
    ...splitUri(uri.requiredString('uri')),
    cluster: uri.requiredString('cluster'),
    timeoutMs: uri.duration('timeout') ?? 0,
  }))
  if (target === undefined) throw node.error('bad-config', 'must be given', 'http_uri')
  const headers = node.list('request_headers_to_add', readHeader)
  return { ...target, host: target.host || target.cluster, headers }
}

/** Values are sent as they stand, as Envoy does in this place. */
function readHeader(node: ConfigNode): readonly [string, string] {
  node.ignore('append', 'append_action', 'keep_empty_value')
  const header = node.child('header', readField)
  if (header === undefined) throw node.error('bad-config', 'must be given', 'header')
  return header
}

function readField(node: ConfigNode): readonly [string, string] {
  return [node.requiredString('key').toLowerCase(), node.string('value')]
}

/** The scheme says nothing: whether there is TLS is for the cluster to say. */
function splitUri(uri: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^(?:[a-zA-Z][\w+.-]*:\/\/([^/?#]*))?(.*)$/s.exec(uri) ?? []
  return { host, path: path.startsWith('/') ? path : `/${path}` }
}

const DETECTORS = 'envoy.extensions.tracers.opentelemetry.resource_detectors.v3'

function readResourceDetector(node: ConfigNode): ResourceDetectorConfig {
  node.ignore('name')
  const detector = node.typed<ResourceDetectorConfig>('typed_config', {
    [`${DETECTORS}.EnvironmentResourceDetectorConfig`]: () => ({ kind: 'environment' }),
    [`${DETECTORS}.StaticConfigResourceDetectorConfig`]: (config) => ({
      kind: 'static',
      attributes: readAttributes(config),
    }),
  })
  if (detector === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return detector
}

function readAttributes(node: ConfigNode): Readonly<Record<string, string>> {
  const attributes = node.raw('attributes') ?? {}
  const valid =
    typeof attributes === 'object' &&
    !Array.isArray(attributes) &&
    Object.values(attributes).every((value) => typeof value === 'string')
  if (!valid) throw node.error('bad-config', 'must map names to texts', 'attributes')
  return attributes as Readonly<Record<string, string>>
}

const SAMPLERS = 'envoy.extensions.tracers.opentelemetry.samplers.v3'

function readSampler(node: ConfigNode): SamplerConfig {
  node.ignore('name')
  const sampler = node.typed<SamplerConfig>('typed_config', {
    [`${SAMPLERS}.AlwaysOnSamplerConfig`]: () => ({ kind: 'always-on' }),
    [`${SAMPLERS}.ParentBasedSamplerConfig`]: (config) => {
      const root = config.child('wrapped_sampler', readSampler)
      if (root === undefined) throw config.error('bad-config', 'must be given', 'wrapped_sampler')
      return { kind: 'parent-based', root }
    },
  })
  if (sampler === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return sampler
}
