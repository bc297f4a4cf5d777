/** Providers of `tracing` in the connection manager, as scenes need them. */

const EXTENSION = 'type.googleapis.com/envoy.extensions'
const TRACE = 'type.googleapis.com/envoy.config.trace.v3'

/** Clusters of the collectors. */
export const ZIPKIN_CLUSTER = 'zipkin'
export const OTLP_CLUSTER = 'otlp'
export const OTLP_GRPC_CLUSTER = 'otlp-grpc'

export function zipkin(fields: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    name: 'envoy.tracers.zipkin',
    typed_config: {
      '@type': `${TRACE}.ZipkinConfig`,
      collector_cluster: ZIPKIN_CLUSTER,
      collector_endpoint: '/api/v2/spans',
      collector_endpoint_version: 'HTTP_JSON',
      ...fields,
    },
  }
}

export function otlpHttp(fields: Readonly<Record<string, unknown>> = {}): unknown {
  const uri = { uri: 'http://collector.twin/v1/traces', cluster: OTLP_CLUSTER, timeout: '2s' }
  return openTelemetry({ http_service: { http_uri: uri }, ...fields })
}

export function otlpGrpc(fields: Readonly<Record<string, unknown>> = {}): unknown {
  return openTelemetry({
    grpc_service: { envoy_grpc: { cluster_name: OTLP_GRPC_CLUSTER }, timeout: '2s' },
    ...fields,
  })
}

function openTelemetry(fields: Readonly<Record<string, unknown>>): unknown {
  return {
    name: 'envoy.tracers.opentelemetry',
    typed_config: { '@type': `${TRACE}.OpenTelemetryConfig`, service_name: 'shop', ...fields },
  }
}

export function sampler(name: string, fields: Readonly<Record<string, unknown>> = {}): unknown {
  const type = { always_on: 'AlwaysOnSamplerConfig', parent_based: 'ParentBasedSamplerConfig' }[name]
  return {
    name: `envoy.tracers.opentelemetry.samplers.${name}`,
    typed_config: { '@type': `${EXTENSION}.tracers.opentelemetry.samplers.v3.${type}`, ...fields },
  }
}

export function staticResource(attributes: Readonly<Record<string, string>>): unknown {
  return {
    name: 'envoy.tracers.opentelemetry.resource_detectors.static_config',
    typed_config: {
      '@type': `${EXTENSION}.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig`,
      attributes,
    },
  }
}

export function environmentResource(): unknown {
  return {
    name: 'envoy.tracers.opentelemetry.resource_detectors.environment',
    typed_config: {
      '@type': `${EXTENSION}.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig`,
    },
  }
}

export function uuid(fields: Readonly<Record<string, unknown>>): unknown {
  return { typed_config: { '@type': `${EXTENSION}.request_id.uuid.v3.UuidRequestIdConfig`, ...fields } }
}
