import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { OpenTelemetryConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/opentelemetry_pb.js'
import type { HttpConnectionManager_TracingSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { EnvironmentResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js'
import { pack } from './any.ts'

const ALL = { value: 100 }

/**
 * Spans to the control plane by OTLP, of a share of the requests that are part of no trace yet, and of those whose caller
 * traces. What a proxy calls itself is in its environment (injection's `OTEL_RESOURCE_ATTRIBUTES`), so that all of them
 * share their listeners.
 * @param cluster of the proxy's bootstrap, by which it reaches the control plane
 * @param percent 0 to 100
 */
export function tracing(
  cluster: string,
  percent: number,
): MessageInitShape<typeof HttpConnectionManager_TracingSchema> {
  const config = create(OpenTelemetryConfigSchema, {
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: cluster } } },
    resourceDetectors: [
      {
        name: 'envoy.tracers.opentelemetry.resource_detectors.environment',
        typedConfig: pack(EnvironmentResourceDetectorConfigSchema, create(EnvironmentResourceDetectorConfigSchema)),
      },
    ],
  })
  const typedConfig = pack(OpenTelemetryConfigSchema, config)
  return {
    clientSampling: ALL,
    randomSampling: { value: percent },
    overallSampling: ALL,
    provider: { name: 'envoy.tracers.opentelemetry', configType: { case: 'typedConfig', value: typedConfig } },
  }
}
