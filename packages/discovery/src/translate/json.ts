import {
  create,
  createFileRegistry,
  createRegistry,
  fromBinary,
  type JsonObject,
  type Registry,
  toJson,
} from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { wholeBody, type XdsResource } from '@mizzen/xds'
import { ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { OpenTelemetryConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/opentelemetry_pb.js'
import { ZipkinConfigSchema } from '@mizzen/xds/gen/envoy/config/trace/v3/zipkin_pb.js'
import { FileAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js'
import {
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@mizzen/xds/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js'
import { OriginalDstSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js'
import { TlsInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { EnvironmentResourceDetectorConfigSchema } from '@mizzen/xds/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js'
import { SecretSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { HttpProtocolOptionsSchema } from '@mizzen/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { TypedStructSchema } from '@mizzen/xds/gen/xds/type/v3/typed_struct_pb.js'

/** A message without fields that the generated code lacks: it is only ever named, in retry policies. */
const previousHosts = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.proto',
    package: 'envoy.extensions.retry.host.previous_hosts.v3',
    syntax: 'proto3',
    messageType: [{ name: 'PreviousHostsPredicate' }],
  }),
  () => undefined,
)

/** Everything that discovery wraps in an Any. */
const registry: Registry = createRegistry(
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  RouteConfigurationSchema,
  ListenerSchema,
  HttpConnectionManagerSchema,
  HttpProtocolOptionsSchema,
  FileAccessLogSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
  OpenTelemetryConfigSchema,
  ZipkinConfigSchema,
  EnvironmentResourceDetectorConfigSchema,
  HTTPFaultSchema,
  RouterSchema,
  TcpProxySchema,
  TlsInspectorSchema,
  HttpInspectorSchema,
  OriginalDstSchema,
  DownstreamTlsContextSchema,
  SecretSchema,
  TypedStructSchema,
  previousHosts,
)

export type ResourceJson = JsonObject

/** A resource in protobuf's JSON form. */
export function resourceJson(resource: XdsResource): ResourceJson {
  const schema = registry.getMessage(resource.typeUrl.slice(resource.typeUrl.lastIndexOf('/') + 1))
  if (schema === undefined) return {}
  return toJson(schema, fromBinary(schema, wholeBody(resource.body)), { registry }) as ResourceJson
}

/** A secret as it may be shown: Envoy's word in the place of a private key. */
export function secretJson(resource: XdsResource): ResourceJson {
  const { tlsCertificate, ...rest } = resourceJson(resource)
  if (typeof tlsCertificate !== 'object' || tlsCertificate === null) return rest
  const privateKey = { inlineBytes: Buffer.from('[redacted]').toString('base64') }
  return { ...rest, tlsCertificate: { ...tlsCertificate, privateKey } }
}
