import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOptionSchema,
} from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import type { GrpcServiceSchema } from '@mizzen/xds/gen/envoy/config/core/v3/grpc_service_pb.js'
import type { HttpServiceSchema } from '@mizzen/xds/gen/envoy/config/core/v3/http_service_pb.js'
import { OpenTelemetryConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/opentelemetry_pb.js'
import {
  ZipkinConfig_CollectorEndpointVersion as EndpointVersion,
  ZipkinConfig_TraceContextOption as TraceContext,
  ZipkinConfigSchema,
} from '@mizzen/xds/gen/envoy/config/trace/v3/zipkin_pb.js'
import type { HttpConnectionManager_TracingSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { EnvironmentResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js'
import type { CustomTagSchema } from '@mizzen/xds/gen/envoy/type/tracing/v3/custom_tag_pb.js'
import type { Header, TraceExporter, TracingSettings, TracingTag } from '../model/tracing-settings.ts'
import { pack } from './any.ts'
import { durationOf } from './duration.ts'
import type { Side } from './http-filters.ts'

type Tracing = MessageInitShape<typeof HttpConnectionManager_TracingSchema>

const ALL = { value: 100 }

/**
 * Spans of a share of the requests that are part of no trace yet, and of those whose caller traces. What a proxy says of
 * itself is in its environment (injection writes it there), so that all of them share their listeners.
 * Undefined: there is nowhere that spans could go.
 * @param ownCluster of the proxy's bootstrap, by which it reaches the control plane; '' = none
 */
export function tracing(settings: TracingSettings, ownCluster: string, side: Side): Tracing | undefined {
  const { exporter, percent, maxPathTagLength } = settings
  if (exporter === undefined && ownCluster === '') return undefined
  return {
    clientSampling: ALL,
    randomSampling: { value: percent },
    overallSampling: ALL,
    ...(maxPathTagLength > 0 && { maxPathTagLength }),
    // As in Istio, a gateway tells of its own call too where a provider is named.
    ...(exporter !== undefined && side === 'gateway' && { spawnUpstreamSpan: true }),
    customTags: [...(settings.istioTags ? ISTIO_TAGS : []), ...settings.tags].sort(byName).map(customTag),
    provider: exporter === undefined ? openTelemetry(toMesh(ownCluster)) : providerOf(exporter),
  }
}

/** What Istio writes into each proxy's configuration, each has in its environment. */
const ISTIO_TAGS: readonly TracingTag[] = [
  fromEnvironment('istio.canonical_revision', 'CANONICAL_REVISION', 'latest'),
  fromEnvironment('istio.canonical_service', 'CANONICAL_SERVICE', 'unknown'),
  fromEnvironment('istio.cluster_id', 'ISTIO_META_CLUSTER_ID', 'unknown'),
  fromEnvironment('istio.mesh_id', 'ISTIO_META_MESH_ID', 'unknown'),
  fromEnvironment('istio.namespace', 'POD_NAMESPACE', 'default'),
]

function fromEnvironment(name: string, variable: string, defaultValue: string): TracingTag {
  return { name, from: 'environment', value: variable, defaultValue }
}

function byName(left: TracingTag, right: TracingTag): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0
}

function customTag({ name: tag, from, value, defaultValue }: TracingTag): MessageInitShape<typeof CustomTagSchema> {
  if (from === 'literal') return { tag, type: { case: 'literal', value: { value } } }
  const source = { name: value, defaultValue }
  return { tag, type: { case: from === 'environment' ? 'environment' : 'requestHeader', value: source } }
}

function providerOf(exporter: TraceExporter): Tracing['provider'] {
  if (exporter.protocol === 'zipkin') return zipkin(exporter)
  if (exporter.protocol === 'otlp-http') return openTelemetry({ httpService: httpService(exporter) })
  const { cluster: clusterName, hostname: authority, timeoutMs, headers } = exporter
  return openTelemetry({
    grpcService: {
      targetSpecifier: { case: 'envoyGrpc', value: { clusterName, authority } },
      initialMetadata: headers.map(({ name: key, value }) => ({ key, value })),
      ...(timeoutMs > 0 && { timeout: durationOf(timeoutMs) }),
    },
  })
}

/** One of both. */
interface OtlpService {
  readonly httpService?: MessageInitShape<typeof HttpServiceSchema>
  readonly grpcService?: MessageInitShape<typeof GrpcServiceSchema>
}

function toMesh(clusterName: string): OtlpService {
  return { grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName } } } }
}

function openTelemetry(service: OtlpService): Tracing['provider'] {
  const detector = create(EnvironmentResourceDetectorConfigSchema)
  const config = create(OpenTelemetryConfigSchema, {
    ...service,
    resourceDetectors: [
      {
        name: 'envoy.tracers.opentelemetry.resource_detectors.environment',
        typedConfig: pack(EnvironmentResourceDetectorConfigSchema, detector),
      },
    ],
  })
  const typedConfig = pack(OpenTelemetryConfigSchema, config)
  return { name: 'envoy.tracers.opentelemetry', configType: { case: 'typedConfig', value: typedConfig } }
}

function zipkin(exporter: TraceExporter & { readonly protocol: 'zipkin' }): Tracing['provider'] {
  const config = create(ZipkinConfigSchema, {
    collectorEndpointVersion: EndpointVersion.HTTP_JSON,
    traceId128bit: exporter.longTraceIds,
    sharedSpanContext: false,
    traceContextOption: exporter.w3c ? TraceContext.USE_B3_WITH_W3C_PROPAGATION : TraceContext.USE_B3,
    collectorService: httpService(exporter),
  })
  const typedConfig = pack(ZipkinConfigSchema, config)
  return { name: 'envoy.tracers.zipkin', configType: { case: 'typedConfig', value: typedConfig } }
}

function httpService(
  exporter: TraceExporter & { readonly protocol: 'zipkin' | 'otlp-http' },
): MessageInitShape<typeof HttpServiceSchema> {
  const { hostname, path, cluster, timeoutMs, headers } = exporter
  return {
    httpUri: {
      uri: `http://${hostname}/${path.replace(/^\/+/, '')}`,
      httpUpstreamType: { case: 'cluster', value: cluster },
      // One is required. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/http_uri.proto
      timeout: durationOf(timeoutMs || DEFAULT_TIMEOUT_MS),
    },
    requestHeadersToAdd: headers.map(overwritten),
  }
}

const DEFAULT_TIMEOUT_MS = 5_000

function overwritten({ name: key, value }: Header): MessageInitShape<typeof HeaderValueOptionSchema> {
  return { header: { key, value }, appendAction: AppendAction.OVERWRITE_IF_EXISTS_OR_ADD }
}
