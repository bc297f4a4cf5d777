import { create } from '@bufbuild/protobuf'
import { HttpInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js'
import { OriginalDstSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js'
import { TlsInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { pack } from './any.ts'

/** What looks at a connection before a filter chain is chosen. The same for all listeners. */

export const TLS_INSPECTOR = named('tls_inspector', pack(TlsInspectorSchema, create(TlsInspectorSchema)))
export const HTTP_INSPECTOR = named('http_inspector', pack(HttpInspectorSchema, create(HttpInspectorSchema)))
export const ORIGINAL_DESTINATION = named('original_dst', pack(OriginalDstSchema, create(OriginalDstSchema)))

function named(name: string, value: ReturnType<typeof pack>) {
  return { name: `envoy.filters.listener.${name}`, configType: { case: 'typedConfig', value } } as const
}
