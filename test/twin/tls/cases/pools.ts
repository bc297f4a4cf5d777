import type { ClientOptions, OriginName, Place, Scene } from '../case.ts'
import { cluster, forwarding, type Json, trust, upstreamTls } from '../configuration.ts'

const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
const HTTP1 = { explicit_http_config: { http_protocol_options: {} } }
const BY_ALPN = { auto_config: { http_protocol_options: {}, http2_protocol_options: {} } }

interface Pool {
  readonly origin: OriginName
  /** How its requests choose TLS and protocol (envoy.extensions.upstreams.http.v3.HttpProtocolOptions). */
  readonly options: Json
  readonly socket?: (place: Place) => Json
}

function pooled(name: string, pool: Pool, cases: Scene['cases']): Scene {
  const { origin, options, socket = () => upstreamTls({}) } = pool
  return {
    name,
    listener: ({ log }) => ({ filter_chains: [forwarding(name, log)] }),
    clusters: (place) => [
      cluster(name, place.origins[origin], {
        transport_socket: socket(place),
        typed_extension_protocol_options: { [OPTIONS]: { '@type': `type.googleapis.com/${OPTIONS}`, ...options } },
      }),
    ],
    cases,
  }
}

/** A request, and part of what the server says that it saw. */
function told(name: string, body: string, client: ClientOptions = {}): Scene['cases'][number] {
  return { name, client: { plain: true, ...client }, answer: 200, body }
}

function refused(name: string, client: ClientOptions = {}): Scene['cases'][number] {
  return { name, client: { plain: true, ...client }, answer: 503 }
}

const autoSni = (more: Json = {}): Json => ({ ...HTTP1, upstream_http_protocol_options: { auto_sni: true, ...more } })
const trusting = ({ material }: Place) => upstreamTls({ validation_context: trust(material) })
const named = (sni: string) => () => upstreamTls({}, { sni })

/** Connections that only serve requests to the same name, and protocols that servers choose. */
export const pools: readonly Scene[] = [
  pooled('auto-sni', { origin: 'tls', options: autoSni() }, [
    told('of the request', '"sni":"twin.test"'),
    told('again', '"sni":"twin.test"'),
    told('of another one', '"sni":"other.test"', { host: 'other.test' }),
    told('without its port', '"sni":"other.test"', { host: 'other.test:8443' }),
    told('none for an address', '"sni":""', { host: '192.0.2.1' }),
    told('and back', '"sni":"twin.test"'),
  ]),
  pooled('auto-sni-before-configured', { origin: 'tls', options: autoSni(), socket: named('configured.test') }, [
    told('the request decides', '"sni":"twin.test"'),
    told('but for an address', '"sni"', { host: '192.0.2.1' }),
  ]),
  pooled('auto-sni-by-header', { origin: 'tls', options: autoSni({ override_auto_sni_header: 'x-sni' }) }, [
    told('of the header', '"sni":"header.test"', { headers: ['x-sni: header.test'] }),
    told('of the host without it', '"sni":"twin.test"'),
  ]),
  pooled('no-auto-sni', { origin: 'tls', options: HTTP1, socket: named('configured.test') }, [
    told('as configured', '"sni":"configured.test"'),
  ]),
  pooled('auto-san', { origin: 'tls', options: autoSni({ auto_san_validation: true }), socket: trusting }, [
    told('a certificate of that name', '"sni":"upstream.test"', { host: 'upstream.test' }),
    refused('not of this one', { host: 'other.test' }),
    told('still of that name', '"sni":"upstream.test"', { host: 'upstream.test' }),
  ]),
  pooled('san-unchecked', { origin: 'tls', options: autoSni(), socket: trusting }, [
    told('any name', '"sni":"other.test"', { host: 'other.test' }),
  ]),
  pooled('alpn-http2', { origin: 'http2', options: BY_ALPN }, [
    told('HTTP/2', '"alpn":"h2"'),
    told('again', '"alpn":"h2"'),
  ]),
  pooled('alpn-both', { origin: 'both', options: BY_ALPN }, [told('HTTP/2 is preferred', '"alpn":"h2"')]),
  pooled('alpn-http1', { origin: 'tls', options: BY_ALPN }, [
    told('HTTP/1.1', '"alpn":"http/1.1"'),
    told('again', '"alpn":"http/1.1"'),
  ]),
  pooled('alpn-none', { origin: 'noAlpn', options: BY_ALPN }, [told('HTTP/1.1 where nothing is said', '"alpn":""')]),
  pooled(
    'alpn-and-sni',
    { origin: 'both', options: { ...BY_ALPN, upstream_http_protocol_options: { auto_sni: true } } },
    [
      told('of the request', '"sni":"twin.test","alpn":"h2"'),
      told('of another one', '"sni":"other.test","alpn":"h2"', { host: 'other.test' }),
    ],
  ),
]
