import type { ConfigNode } from './config-node.ts'
import type { ListenerFilterConfig } from './model.ts'
import { PROXY_PROTOCOL_FILTER_TYPE, readProxyProtocolFilter } from './read-proxy-protocol.ts'

const PREFIX = 'envoy.extensions.filters.listener'
/** Larger messages are looked at from their beginning too often, bytes. */
const MAX_CLIENT_HELLO = 64 * 1024

/** envoy.config.listener.v3.ListenerFilter. */
export function readListenerFilter(node: ConfigNode): ListenerFilterConfig {
  node.ignore('name')
  const filter = node.typed<ListenerFilterConfig>('typed_config', {
    [`${PREFIX}.tls_inspector.v3.TlsInspector`]: readTlsInspector,
    [`${PREFIX}.http_inspector.v3.HttpInspector`]: () => ({ kind: 'http-inspector' }),
    [`${PREFIX}.original_dst.v3.OriginalDst`]: () => ({ kind: 'original-dst' }),
    [PROXY_PROTOCOL_FILTER_TYPE]: readProxyProtocolFilter,
  })
  if (filter === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return filter
}

function readTlsInspector(node: ConfigNode): ListenerFilterConfig {
  node.ignore('initial_read_buffer_size')
  const asked = node.count('max_client_hello_size', 16 * 1024)
  return {
    kind: 'tls-inspector',
    maxClientHelloBytes: Math.min(asked, MAX_CLIENT_HELLO),
    closeOnError: node.boolean('close_connection_on_client_hello_parsing_errors'),
  }
}
