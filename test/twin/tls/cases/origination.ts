import type { OriginName, Place, Scene, TlsCase } from '../case.ts'
import { certificate, cluster, forwarding, inline, type Json, trust, upstreamTls, uri } from '../configuration.ts'
import { spiffe } from '../material.ts'

function originated(
  name: string,
  origin: OriginName,
  socket: (place: Place) => Json,
  one: Omit<TlsCase, 'client' | 'name'>,
): Scene {
  return withCluster(name, (place) => cluster(name, place.origins[origin], { transport_socket: socket(place) }), one)
}

function withCluster(name: string, make: (place: Place) => Json, one: Omit<TlsCase, 'client' | 'name'>): Scene {
  return {
    name,
    listener: ({ log }) => ({ filter_chains: [forwarding(name, log)] }),
    clusters: (place) => [make(place)],
    cases: [
      { name: 'first', client: { plain: true }, ...one },
      { name: 'again', client: { plain: true }, ...one },
    ],
  }
}

const upstreamId = uri({ exact: spiffe('upstream') })
const own = ({ material }: Place) => ({ tls_certificates: [certificate(material, 'client')] })
const TO_13 = { tls_params: { tls_maximum_protocol_version: 'TLSv1_3' } }

/** TLS towards upstreams. */
export const origination: readonly Scene[] = [
  originated('unvalidated', 'tls', () => upstreamTls({}), { answer: 200, body: 'TLSv1.2' }),
  originated('newest', 'tls', () => upstreamTls(TO_13, { sni: 'upstream.test' }), { answer: 200, body: 'TLSv1.3' }),
  originated('too-old', 'tls13', () => upstreamTls({}), { answer: 503 }),
  originated(
    'validated',
    'tls',
    ({ material }) =>
      upstreamTls({ ...TO_13, validation_context: trust(material, upstreamId) }, { sni: 'upstream.test' }),
    { answer: 200, body: '"sni":"upstream.test"' },
  ),
  originated(
    'wrong-san',
    'tls',
    ({ material }) => upstreamTls({ validation_context: trust(material, uri({ exact: spiffe('other') })) }),
    { answer: 503 },
  ),
  originated(
    'wrong-authority',
    'tls',
    ({ material }) => upstreamTls({ validation_context: { trusted_ca: inline(material.other.root) } }),
    { answer: 503 },
  ),
  originated(
    'mutual',
    'mutual',
    (place) => upstreamTls({ ...TO_13, ...own(place), validation_context: trust(place.material, upstreamId) }),
    { answer: 200, body: '"client":"client"' },
  ),
  originated('mutual-1.2', 'mutual', (place) => upstreamTls(own(place)), { answer: 200, body: '"client":"client"' }),
  originated('mutual-missing', 'mutual', () => upstreamTls({}), { answer: 503 }),
  originated('alpn', 'tls', () => upstreamTls({ alpn_protocols: ['istio', 'http/1.1'] }), {
    answer: 200,
    body: '"alpn":"http/1.1"',
  }),
  originated('alpn-nobody-answers', 'noAlpn', () => upstreamTls({ alpn_protocols: ['http/1.1'] }), { answer: 200 }),
  originated('no-resumption', 'tls', () => upstreamTls({}, { max_session_keys: 0 }), { answer: 200 }),
  originated('plaintext-server', 'plain', () => upstreamTls({}), { answer: 503 }),
  withCluster(
    'by-metadata',
    (place) => {
      const base = cluster('by-metadata', place.origins.mutual, {
        transport_socket_matches: [
          { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: upstreamTls(own(place)) },
          { name: 'tlsMode-disabled', match: {}, transport_socket: rawBuffer },
        ],
      })
      return labelled(base, { tlsMode: 'istio' })
    },
    { answer: 200, body: '"client":"client"' },
  ),
  withCluster(
    'by-metadata-plain',
    (place) =>
      labelled(
        cluster('by-metadata-plain', place.origins.plain, {
          transport_socket_matches: [
            { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: upstreamTls(own(place)) },
            { name: 'tlsMode-disabled', match: {}, transport_socket: rawBuffer },
          ],
        }),
        { tlsMode: 'disabled' },
      ),
    { answer: 200 },
  ),
]

const rawBuffer = {
  name: 'raw',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer' },
}

/** The cluster with that metadata on all of its endpoints. */
function labelled(base: Json, match: Json): Json {
  const assignment = base.load_assignment as {
    readonly endpoints: readonly { readonly lb_endpoints: readonly Json[] }[]
  }
  const metadata = { filter_metadata: { 'envoy.transport_socket_match': match } }
  const endpoints = assignment.endpoints.map(({ lb_endpoints }) => ({
    lb_endpoints: lb_endpoints.map((endpoint) => ({ ...endpoint, metadata })),
  }))
  return { ...base, load_assignment: { ...assignment, endpoints } }
}
