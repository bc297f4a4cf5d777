import { createRegistry, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { OpenTelemetryConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/opentelemetry_pb.js'
import { ZipkinConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/zipkin_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { UuidRequestIdConfigSchema } from '@mizzen/xds/gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js'
import { StaticConfigResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/static_config_resource_detector_pb.js'
import { AlwaysOnSamplerConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/samplers/v3/always_on_sampler_pb.js'
import { ParentBasedSamplerConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/samplers/v3/parent_based_sampler_pb.js'
import { describe, expect, it } from 'vitest'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { ConfigNode } from '../src/config/config-node.ts'
import { decodeMessage } from '../src/config/protobuf/decode.ts'
import { HTTP_CONNECTION_MANAGER_TYPE, readHttpConnectionManager } from '../src/config/read-http-connection-manager.ts'

const EXTENSION = 'type.googleapis.com/envoy.extensions'
const ZIPKIN = {
  '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
  collector_cluster: 'zipkin',
  collector_endpoint: '/api/v2/spans',
  collector_endpoint_version: 'HTTP_JSON',
}
const OTLP = {
  '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
  grpc_service: { envoy_grpc: { cluster_name: 'otlp' } },
}

const STATIC = { kind: 'static', attributes: { team: 'a' } }
const ZIPKIN_WITH_ALL: JsonValue = {
  '@type': ZIPKIN['@type'],
  collector_endpoint_version: 'HTTP_PROTO',
  trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION',
  collector_service: {
    http_uri: { uri: 'http://z/spans', cluster: 'z', timeout: '1s' },
    request_headers_to_add: [{ header: { key: 'Key', value: 'x' } }],
  },
}

function manager(fields: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const router = { '@type': `${EXTENSION}.filters.http.router.v3.Router` }
  return {
    stat_prefix: 'x',
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: router }],
    route_config: {},
    ...fields,
  }
}

function read(fields: Readonly<Record<string, JsonValue>>) {
  return ConfigNode.read(manager(fields), 'hcm', (node) => readHttpConnectionManager(node, 'outbound'))
}

const tracing = (typed: object, more: object = {}) =>
  read({ tracing: { provider: { name: 'any', typed_config: typed }, ...more } as JsonValue }).tracing

describe('tracing', () => {
  it('has defaults', () => {
    const all = { numerator: 10_000, denominator: 10_000 }
    expect(tracing(ZIPKIN)).toEqual({
      ...{ operation: 'egress', clientSampling: all, randomSampling: all, overallSampling: all },
      ...{ verbose: false, maxPathTagLength: 256, customTags: [], hop: false, spansOfTries: false },
      tracer: {
        kind: 'zipkin',
        collector: { cluster: 'zipkin', host: 'zipkin', path: '/api/v2/spans', headers: [], timeoutMs: 0 },
        ...{ encoding: 'json', traceId128bit: false, sharedSpanContext: true, splitSpansForRequest: false, w3c: false },
      },
    })
  })

  it.each([
    [
      'OpenTelemetry',
      otelWithAll(),
      { sampler: { kind: 'parent-based', root: { kind: 'always-on' } }, maxCacheSize: 7, resources: [STATIC] },
    ],
    ['Zipkin', ZIPKIN_WITH_ALL, { w3c: true, collector: { cluster: 'z', path: '/spans', headers: [['key', 'x']] } }],
  ])('by %s comes over xDS as it comes from a file', (_name, typed, tracer) => {
    const fields = manager({
      tracing: {
        random_sampling: { value: 12.34 },
        custom_tags: [{ tag: 'a', metadata: { kind: { host: {} }, metadata_key: { key: 'x', path: [{ key: 'y' }] } } }],
        provider: { name: 'otel', typed_config: typed },
      },
      request_id_extension: {
        typed_config: { '@type': `${EXTENSION}.request_id.uuid.v3.UuidRequestIdConfig`, pack_trace_reason: false },
      },
    })
    const registry = createRegistry(
      ...[RouterSchema, OpenTelemetryConfigSchema, ZipkinConfigSchema, UuidRequestIdConfigSchema],
      ...[StaticConfigResourceDetectorConfigSchema, AlwaysOnSamplerConfigSchema, ParentBasedSamplerConfigSchema],
    )
    const message = fromJson(HttpConnectionManagerSchema, fields, { registry })
    const decoded = decodeMessage(HTTP_CONNECTION_MANAGER_TYPE, toBinary(HttpConnectionManagerSchema, message))
    const readOne = (value: unknown) => ConfigNode.read(value, '', (node) => readHttpConnectionManager(node, 'inbound'))
    expect(readOne(decoded)).toEqual(readOne(fields))
    expect(readOne(decoded).tracing).toMatchObject({
      randomSampling: { numerator: 1234, denominator: 10_000 },
      tracer,
    })
  })

  it.each([
    ['http://a.b:1/c?d', { host: 'a.b:1', path: '/c?d' }],
    ['https://a.b', { host: 'a.b', path: '/' }],
    ['/only/path', { host: 'c', path: '/only/path' }],
  ])('sends to %s', (uri, expected) => {
    const http_service = { http_uri: { uri, cluster: 'c', timeout: '1.5s' } }
    const { '@type': type } = OTLP
    expect(tracing({ '@type': type, http_service })?.tracer).toMatchObject({
      collector: { cluster: 'c', timeoutMs: 1500, protocol: 'http', ...expected },
    })
  })

  it.each<[string, () => unknown, string]>([
    [
      'another tracer',
      () => tracing({ '@type': 'type.googleapis.com/envoy.config.trace.v3.DatadogConfig' }),
      'typed_config',
    ],
    [
      'a version that is gone',
      () => tracing({ ...ZIPKIN, collector_endpoint_version: undefined }),
      'collector_endpoint_version',
    ],
    ['no collector', () => tracing({ ...ZIPKIN, collector_cluster: '' }), 'typed_config.collector_cluster'],
    [
      'two collectors',
      () => tracing({ ...OTLP, http_service: { http_uri: { uri: '/', cluster: 'c' } } }),
      'typed_config',
    ],
    ['a field that is not known', () => tracing({ ...ZIPKIN, colour: 'red' }), 'typed_config.colour'],
    [
      'another sampler',
      () => tracing({ ...OTLP, sampler: { typed_config: { '@type': 'x/Dynatrace' } } }),
      'sampler.typed_config',
    ],
    ['more than all', () => tracing(ZIPKIN, { random_sampling: { value: 101 } }), 'tracing.random_sampling.value'],
    ['a tag of nothing', () => tracing(ZIPKIN, { custom_tags: [{ tag: 'a' }] }), 'tracing.custom_tags[0]'],
    [
      'a tag of no kind',
      () => tracing(ZIPKIN, { custom_tags: [{ tag: 'a', metadata: { kind: {} } }] }),
      'custom_tags[0].metadata.kind',
    ],
    [
      'other request ids',
      () => read({ request_id_extension: { typed_config: { '@type': 'x/Other' } } as JsonValue }),
      'request_id_extension.typed_config',
    ],
  ])('refuses %s', (_name, act, path) => {
    expect(act).toThrow(expect.objectContaining({ path: expect.stringContaining(path) }))
  })
})

function otelWithAll(): JsonValue {
  return {
    ...OTLP,
    service_name: 'shop',
    resource_detectors: [
      {
        name: 'static',
        typed_config: {
          '@type': `${EXTENSION}.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig`,
          attributes: { team: 'a' },
        },
      },
    ],
    max_cache_size: 7,
    set_instrumentation_scope: false,
    sampler: {
      name: 'parent',
      typed_config: {
        '@type': `${EXTENSION}.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig`,
        wrapped_sampler: {
          name: 'on',
          typed_config: { '@type': `${EXTENSION}.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig` },
        },
      },
    },
  }
}

describe('the runtime', () => {
  it('has numbers by their full names, later layers first', () => {
    const layers = [
      { name: 'a', static_layer: { tracing: { zipkin: { min_flush_spans: 1 } }, on: true, text: 'x' } },
      { name: 'b', static_layer: { 'tracing.zipkin.min_flush_spans': 2, deep: { er: { n: 3 } } } },
      { name: 'admin', admin_layer: {} },
    ]
    const { runtime } = readBootstrap({ layered_runtime: { layers } })
    expect(runtime).toEqual({ 'tracing.zipkin.min_flush_spans': 2, 'deep.er.n': 3 })
  })
})
