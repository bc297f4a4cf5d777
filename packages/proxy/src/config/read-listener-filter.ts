import { ConfigNode } from './config-node.ts'
import type { InstalledListenerFilter, ListenerFilterConfig } from './model.ts'
import { readConnectionPredicate } from './read-connection-predicate.ts'
import { readExtensionSource } from './read-extension-source.ts'
import { PROXY_PROTOCOL_FILTER_TYPE, readProxyProtocolFilter } from './read-proxy-protocol.ts'

const PREFIX = 'envoy.extensions.filters.listener'
/** Larger messages are looked at from their beginning too often, bytes. */
const MAX_CLIENT_HELLO = 64 * 1024

const READERS: Readonly<Record<string, (node: ConfigNode) => ListenerFilterConfig>> = {
  [`${PREFIX}.tls_inspector.v3.TlsInspector`]: readTlsInspector,
  [`${PREFIX}.http_inspector.v3.HttpInspector`]: () => ({ kind: 'http-inspector' }),
  [`${PREFIX}.original_dst.v3.OriginalDst`]: () => ({ kind: 'original-dst' }),
  [PROXY_PROTOCOL_FILTER_TYPE]: readProxyProtocolFilter,
}

/** envoy.config.listener.v3.ListenerFilter. */
export function readListenerFilter(node: ConfigNode): InstalledListenerFilter {
  const disabledFor = node.child('filter_disabled', readConnectionPredicate)
  const filter = readFilter(node)
  return disabledFor === undefined ? filter : { ...filter, disabledFor }
}

function readFilter(node: ConfigNode): ListenerFilterConfig {
  const name = node.string('name')
  const discovered = node.child('config_discovery', (source) =>
    readExtensionSource(source, name, (given) => given.typed('default_config', READERS)),
  )
  return discovered ?? readTyped(node)
}

/**
 * A listener filter whose configuration came by itself.
 * @param typed an Any in JSON form
 */
export function readTypedListenerFilter(typed: unknown): ListenerFilterConfig {
  return ConfigNode.read({ typed_config: typed }, '', readTyped)
}

function readTyped(node: ConfigNode): ListenerFilterConfig {
  const filter = node.typed('typed_config', READERS)
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
