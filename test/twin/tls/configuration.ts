import type { CertificateName, Material } from './material.ts'

/** Parts of an Envoy configuration, as JSON. */
export type Json = Readonly<Record<string, unknown>>

const TYPE = 'type.googleapis.com/envoy.extensions'
const TLS = `${TYPE}.transport_sockets.tls.v3`

export const inline = (text: string): Json => ({ inline_string: text })

export function certificate(material: Material, name: CertificateName): Json {
  const { chain, key } = material.certificates[name]
  return { certificate_chain: inline(chain), private_key: inline(key) }
}

/** Trusts the mesh's authority. */
export function trust(material: Material, more: Json = {}): Json {
  return { trusted_ca: inline(material.mesh.root), ...more }
}

export function uri(matcher: Json): Json {
  return { match_typed_subject_alt_names: [{ san_type: 'URI', matcher }] }
}

export function downstreamTls(common: Json, more: Json = {}): Json {
  return {
    name: 'tls',
    typed_config: { '@type': `${TLS}.DownstreamTlsContext`, common_tls_context: common, ...more },
  }
}

export function upstreamTls(common: Json, more: Json = {}): Json {
  return { name: 'tls', typed_config: { '@type': `${TLS}.UpstreamTlsContext`, common_tls_context: common, ...more } }
}

/** A filter chain that answers by itself, naming itself. */
export function answering(name: string, log: string, more: Json = {}): Json {
  return chain(name, log, { direct_response: { status: 200, body: inline(name) } }, {}, more)
}

/** A filter chain that forwards to a cluster. */
export function forwarding(cluster: string, log: string, manager: Json = {}, more: Json = {}): Json {
  return chain(cluster, log, { route: { cluster } }, manager, more)
}

function chain(name: string, log: string, action: Json, manager: Json, more: Json): Json {
  return {
    name,
    ...more,
    filters: [
      {
        name: 'http',
        typed_config: {
          '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
          stat_prefix: 'twin',
          delayed_close_timeout: '0.05s',
          http_filters: [{ name: 'router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } }],
          access_log: [accessLog(log)],
          route_config: {
            virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, ...action }] }],
          },
          ...manager,
        },
      },
    ],
  }
}

/** What a log can say of TLS. */
const LOGGED = [
  'PROTOCOL',
  'RESPONSE_CODE',
  'RESPONSE_FLAGS',
  'RESPONSE_CODE_DETAILS',
  'UPSTREAM_TRANSPORT_FAILURE_REASON',
  'REQUESTED_SERVER_NAME',
  ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) => [
    `${side}_TLS_VERSION`,
    `${side}_TLS_CIPHER`,
    `${side}_PEER_URI_SAN`,
    `${side}_LOCAL_URI_SAN`,
    `${side}_PEER_SUBJECT`,
  ]),
  'DOWNSTREAM_LOCAL_SUBJECT',
  'DOWNSTREAM_PEER_ISSUER',
  'DOWNSTREAM_PEER_SERIAL',
  'DOWNSTREAM_PEER_FINGERPRINT_256',
  'DOWNSTREAM_PEER_FINGERPRINT_1',
  'DOWNSTREAM_PEER_DNS_SAN',
  'DOWNSTREAM_PEER_CERT_V_START',
  'DOWNSTREAM_PEER_CERT_V_END',
  'DOWNSTREAM_PEER_CERT',
]

function accessLog(path: string): Json {
  const lines = LOGGED.map((name) => `${name}=%${name}%`)
  return {
    name: 'log',
    typed_config: {
      '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { text_format_source: { inline_string: `${lines.join('\t')}\n` } },
    },
  }
}

/** Listener filters by their short names. */
export function listenerFilters(...names: readonly ('tls_inspector' | 'http_inspector')[]): Json {
  const types = { tls_inspector: 'TlsInspector', http_inspector: 'HttpInspector' }
  return {
    listener_filters: names.map((name) => ({
      name: `envoy.filters.listener.${name}`,
      typed_config: { '@type': `${TYPE}.filters.listener.${name}.v3.${types[name]}` },
    })),
  }
}

export function cluster(name: string, port: number, more: Json = {}): Json {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] },
    ...more,
  }
}

export function address(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}

export function bootstrap(
  admin: number,
  listeners: readonly Json[],
  clusters: readonly Json[],
  secrets: readonly Json[],
): Json {
  return {
    node: { id: 'twin', cluster: 'twin' },
    admin: { address: address(admin) },
    static_resources: { listeners, clusters, secrets },
  }
}
