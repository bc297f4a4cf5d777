/**
 * Writes `gen/schema.json`: the fields of Envoy's messages in the short form that `src/config/protobuf/schema.ts` reads.
 *
 * Made from the descriptors in `@mizzen/xds/gen`, and run after them at install. The proxy decodes xDS with this table
 * because the protobuf library with the full descriptors would take a third of a proxy's memory.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { file_google_protobuf_struct } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@mizzen/xds/gen/envoy/config/core/v3/extension_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { OpenTelemetryConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/opentelemetry_pb.js'
import { ZipkinConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/zipkin_pb.js'
import { FileAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js'
import {
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@mizzen/xds/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { StdoutAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js'
import { ClusterConfigSchema as ForwardProxyClusterSchema } from '@mizzen/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb.js'
import { CorsSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js'
import { FilterConfigSchema as ForwardProxyFilterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb.js'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import {
  PerRouteConfigSchema as OnDemandPerRouteSchema,
  OnDemandSchema,
} from '@mizzen/xds/gen/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js'
import { OriginalDstSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js'
import { ProxyProtocolSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js'
import { TlsInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { SniClusterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js'
import { TcpProxySchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { UuidRequestIdConfigSchema } from '@mizzen/xds/gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js'
import { EnvironmentResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js'
import { StaticConfigResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/static_config_resource_detector_pb.js'
import { AlwaysOnSamplerConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/samplers/v3/always_on_sampler_pb.js'
import { ParentBasedSamplerConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/samplers/v3/parent_based_sampler_pb.js'
import { ProxyProtocolUpstreamTransportSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js'
import { RawBufferSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js'
import { SecretSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { SPIFFECertValidatorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_spiffe_validator_config_pb.js'
import { HttpProtocolOptionsSchema } from '@mizzen/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { TypedStructSchema } from '@mizzen/xds/gen/xds/type/v3/typed_struct_pb.js'

/** What a control plane may send, by itself or in an Any; everything that they refer to comes along. */
const ROOTS: readonly DescMessage[] = [
  ListenerSchema,
  RouteConfigurationSchema,
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  HttpConnectionManagerSchema,
  HttpProtocolOptionsSchema,
  RouterSchema,
  HTTPFaultSchema,
  CorsSchema,
  OnDemandSchema,
  OnDemandPerRouteSchema,
  TypedExtensionConfigSchema,
  VirtualHostSchema,
  ZipkinConfigSchema,
  OpenTelemetryConfigSchema,
  UuidRequestIdConfigSchema,
  EnvironmentResourceDetectorConfigSchema,
  StaticConfigResourceDetectorConfigSchema,
  AlwaysOnSamplerConfigSchema,
  ParentBasedSamplerConfigSchema,
  FileAccessLogSchema,
  StdoutAccessLogSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
  TcpProxySchema,
  SniClusterSchema,
  OriginalDstSchema,
  ProxyProtocolSchema,
  ProxyProtocolUpstreamTransportSchema,
  ForwardProxyClusterSchema,
  ForwardProxyFilterSchema,
  HttpInspectorSchema,
  TlsInspectorSchema,
  RawBufferSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  SPIFFECertValidatorConfigSchema,
  SecretSchema,
  TypedStructSchema,
]

type Table = Record<string, string>

/** All messages and enums within reach. */
function collect(roots: readonly DescMessage[]): Table {
  const table: Table = {}
  const queue = [...roots]
  for (let message = queue.pop(); message !== undefined; message = queue.pop()) {
    if (table[message.typeName] !== undefined || message.file === file_google_protobuf_struct) continue
    table[message.typeName] = message.fields.map(fieldText).join(';')
    for (const field of message.fields) {
      if (field.message !== undefined) queue.push(field.message)
      if (field.enum !== undefined) {
        table[field.enum.typeName] = field.enum.values.map((value) => `${value.number} ${value.name}`).join(';')
      }
    }
  }
  return table
}

/** `NUMBER NAME TYPE`, with `[]` after the type of a list, and `{}` after that of a map's values (keys are strings). */
function fieldText(field: DescField): string {
  const suffix = field.fieldKind === 'list' ? '[]' : field.fieldKind === 'map' ? '{}' : ''
  if (field.fieldKind === 'map' && field.mapKey !== ScalarType.STRING && field.mapKey !== ScalarType.UINT32) {
    throw new Error(`generate: the map ${field.parent.typeName}.${field.name} has keys that are no strings`)
  }
  return `${field.number} ${field.name} ${typeText(field)}${suffix}`
}

function typeText(field: DescField): string {
  if (field.message !== undefined) return field.message.typeName
  if (field.enum !== undefined) return field.enum.typeName
  return ScalarType[field.scalar as ScalarType].toLowerCase()
}

const folder = join(import.meta.dirname, 'gen')
const table = collect(ROOTS)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'schema.json'), JSON.stringify(table))
console.log(`generate: ${Object.keys(table).length} messages and enums in packages/proxy/gen/schema.json`)
