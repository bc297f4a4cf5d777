import type { ConfigNode } from './config-node.ts'
import type { ClusterConfig } from './model.ts'
import { PROXY_PROTOCOL_SOCKET_TYPE, readProxyProtocolSocket } from './read-proxy-protocol.ts'
import { readCertificate, readTicketKeys, readValidation, secretKey } from './read-secret.ts'
import type {
  DownstreamTlsConfig,
  SecretReference,
  TlsConfig,
  TlsVersion,
  TransportSocketMatch,
  UpstreamTlsConfig,
  ValidationSource,
} from './tls-model.ts'

const PREFIX = 'envoy.extensions.transport_sockets'
const SECRET_TIMEOUT_MS = 15_000
const SESSION_TIMEOUT_S = 7200

/** envoy.config.core.v3.TransportSocket of a filter chain; undefined = plaintext. */
export function readDownstreamTransport(chain: ConfigNode): DownstreamTlsConfig | undefined {
  return chain.child('transport_socket', (socket) => {
    socket.ignore('name')
    return socket.typed<DownstreamTlsConfig | undefined>('typed_config', {
      [`${PREFIX}.raw_buffer.v3.RawBuffer`]: () => undefined,
      [`${PREFIX}.tls.v3.DownstreamTlsContext`]: readDownstreamTls,
    })
  })
}

/** envoy.config.core.v3.TransportSocket of a cluster: TLS, and what goes before it. */
export function readClusterTransport(node: ConfigNode): ClusterTransport {
  const transport = node.child('transport_socket', (socket) => {
    socket.ignore('name')
    return socket.typed<ClusterTransport>('typed_config', {
      ...plainTransports((tls) => ({ tls })),
      [PROXY_PROTOCOL_SOCKET_TYPE]: (wrapper) => ({
        proxyProtocol: readProxyProtocolSocket(wrapper),
        tls: readUpstreamTransport(wrapper),
      }),
    })
  })
  return transport ?? { tls: undefined }
}

/** Both are undefined where nothing is said. */
type ClusterTransport = Pick<ClusterConfig, 'tls' | 'proxyProtocol'>

/** Readers of the sockets that wrap no other one. */
function plainTransports<T>(make: (tls: UpstreamTlsConfig | undefined) => T): Record<string, (node: ConfigNode) => T> {
  return {
    [`${PREFIX}.raw_buffer.v3.RawBuffer`]: () => make(undefined),
    [`${PREFIX}.tls.v3.UpstreamTlsContext`]: (node) => make(readUpstreamTls(node)),
  }
}

/** envoy.config.core.v3.TransportSocket of an upstream; undefined = plaintext. */
function readUpstreamTransport(node: ConfigNode): UpstreamTlsConfig | undefined {
  return node.child('transport_socket', (socket) => {
    socket.ignore('name')
    return socket.typed(
      'typed_config',
      plainTransports((tls) => tls),
    )
  })
}

/** envoy.config.cluster.v3.Cluster.TransportSocketMatch. */
export function readTransportSocketMatch(node: ConfigNode): TransportSocketMatch {
  const match = (node.raw('match') ?? {}) as TransportSocketMatch['match']
  return { name: node.requiredString('name'), match, tls: readUpstreamTransport(node) }
}

function readDownstreamTls(node: ConfigNode): DownstreamTlsConfig {
  // `require_sni` does nothing in Envoy, either.
  node.ignore('require_sni', 'disable_stateful_session_resumption')
  node.enumeration('ocsp_staple_policy', { LENIENT_STAPLING: true })
  const common = readCommonTls(node, 'TLSv1.3')
  if (common.certificates.length === 0) {
    throw node.error('bad-config', 'no TLS certificates found for the server context', 'common_tls_context')
  }
  const requireClientCertificate = node.boolean('require_client_certificate')
  return {
    ...common,
    requireClientCertificate,
    tickets: !node.boolean('disable_stateless_session_resumption'),
    ticketKeys:
      node.child('session_ticket_keys', readTicketKeys) ??
      node.child('session_ticket_keys_sds_secret_config', readSecretReference) ??
      [],
    sessionTimeoutS: Math.floor((node.duration('session_timeout') ?? SESSION_TIMEOUT_S * 1000) / 1000),
  }
}

function readUpstreamTls(node: ConfigNode): UpstreamTlsConfig {
  // The library decides by the certificate's own key usage.
  node.ignore('enforce_rsa_key_usage')
  return {
    ...readCommonTls(node, 'TLSv1.2'),
    sni: node.string('sni'),
    autoHostSni: node.boolean('auto_host_sni'),
    autoSniSanValidation: node.boolean('auto_sni_san_validation'),
    maxSessionKeys: node.count('max_session_keys', 1),
  }
}

/** CommonTlsContext. */
function readCommonTls(node: ConfigNode, defaultMax: TlsVersion): TlsConfig {
  const common = node.child('common_tls_context', (context) => {
    const inline = context.list('tls_certificates', readCertificate)
    const secrets = context.list('tls_certificate_sds_secret_configs', readSecretReference)
    return {
      ...(context.child('tls_params', (params) => readParameters(params, defaultMax)) ?? defaultParameters(defaultMax)),
      certificates: [
        ...inline.map((value) => ({ kind: 'inline' as const, value })),
        ...secrets.map((secret) => ({ kind: 'secret' as const, secret })),
      ],
      validation: readValidationSource(context),
      alpn: context.strings('alpn_protocols'),
    }
  })
  return common ?? { ...defaultParameters(defaultMax), certificates: [], alpn: [] }
}

type Parameters = Pick<TlsConfig, 'minVersion' | 'maxVersion' | 'ciphers' | 'curves' | 'signatureAlgorithms'>

function defaultParameters(maxVersion: TlsVersion): Parameters {
  return { minVersion: 'TLSv1.2', maxVersion, ciphers: [], curves: [], signatureAlgorithms: [] }
}

const VERSIONS = { TLSv1_0: 'TLSv1', TLSv1_1: 'TLSv1.1', TLSv1_2: 'TLSv1.2', TLSv1_3: 'TLSv1.3' } as const

/** TlsParameters. */
function readParameters(node: ConfigNode, defaultMax: TlsVersion): Parameters {
  return {
    minVersion: node.enumeration<TlsVersion>('tls_minimum_protocol_version', { TLS_AUTO: 'TLSv1.2', ...VERSIONS }),
    maxVersion: node.enumeration<TlsVersion>('tls_maximum_protocol_version', { TLS_AUTO: defaultMax, ...VERSIONS }),
    ciphers: node.strings('cipher_suites').flatMap((suite) => suite.replace(/^\[|\]$/g, '').split('|')),
    curves: node.strings('ecdh_curves'),
    signatureAlgorithms: node.strings('signature_algorithms'),
  }
}

/** The oneof `validation_context_type`. */
function readValidationSource(context: ConfigNode): ValidationSource | undefined {
  const fixed = context.child('validation_context', readValidation)
  if (fixed !== undefined) return { fixed }
  const secret = context.child('validation_context_sds_secret_config', readSecretReference)
  if (secret !== undefined) return { secret }
  return context.child('combined_validation_context', (combined) => ({
    fixed: combined.child('default_validation_context', readValidation),
    secret: combined.child('validation_context_sds_secret_config', readSecretReference),
  }))
}

/** SdsSecretConfig: without a source the secret is one of the bootstrap's. */
function readSecretReference(node: ConfigNode): SecretReference {
  const name = node.string('name')
  const from = node.child('sds_config', readSecretSource) ?? { source: 'static' as const, timeoutMs: SECRET_TIMEOUT_MS }
  return { key: secretKey(from.source, name), name, ...from }
}

/** envoy.config.core.v3.ConfigSource of secrets: ADS, or a file. */
function readSecretSource(node: ConfigNode): Pick<SecretReference, 'source' | 'timeoutMs'> {
  node.enumeration('resource_api_version', { AUTO: true, V3: true })
  const timeoutMs = node.duration('initial_fetch_timeout') ?? SECRET_TIMEOUT_MS
  const file =
    node.child('path_config_source', (source) => {
      // Its folder is watched in any case.
      source.ignore('watched_directory')
      return source.requiredString('path')
    }) ?? node.optionalString('path')
  if (file !== undefined) return { source: { file }, timeoutMs }
  if (!node.has('ads')) throw node.error('unsupported-config', 'only ads and path_config_source are supported')
  node.child('ads', (ads) => ads.ignoreAll())
  return { source: 'ads', timeoutMs }
}
