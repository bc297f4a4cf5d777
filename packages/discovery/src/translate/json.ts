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
import type { XdsResource } from '@mizzen/xds'
import { ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { FileAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js'
import { HttpGrpcAccessLogConfigSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
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
  HTTPFaultSchema,
  RouterSchema,
  TypedStructSchema,
  previousHosts,
)

export type ResourceJson = JsonObject

/** A resource in protobuf's JSON form. */
export function resourceJson(resource: XdsResource): ResourceJson {
  const schema = registry.getMessage(resource.typeUrl.slice(resource.typeUrl.lastIndexOf('/') + 1))
  if (schema === undefined) return {}
  return toJson(schema, fromBinary(schema, resource.body), { registry }) as ResourceJson
}
