import type { Place, Scene } from '../case.ts'
import { answering, certificate, downstreamTls, type Json, listenerFilters } from '../configuration.ts'
import type { CertificateName } from '../material.ts'

function secure({ material, log }: Place, name: CertificateName, match: Json): Json {
  return answering(name, log, {
    filter_chain_match: match,
    transport_socket: downstreamTls({ tls_certificates: [certificate(material, name)] }),
  })
}

const plain = ({ log }: Place, name: string, match: Json = {}) => answering(name, log, { filter_chain_match: match })

const GET = 'GET / HTTP/1.1\r\nhost: twin.test\r\nconnection: close\r\n\r\n'

/** Which filter chain takes a connection. */
export const chains: readonly Scene[] = [
  {
    name: 'server-names',
    listener: (place) => ({
      ...listenerFilters('tls_inspector'),
      filter_chains: [
        secure(place, 'alpha', { server_names: ['alpha.test'] }),
        secure(place, 'wild', { server_names: ['*.wild.test'] }),
        secure(place, 'beta', { server_names: ['*.b.wild.test', '*.test'] }),
      ],
    }),
    cases: [
      { name: 'exact', client: { sni: 'alpha.test' }, answer: 200, body: 'alpha' },
      { name: 'in capitals', client: { sni: 'Alpha.TEST' }, answer: 200, body: 'alpha' },
      { name: 'wildcard', client: { sni: 'x.wild.test' }, answer: 200, body: 'wild' },
      { name: 'wildcard of two labels', client: { sni: 'x.y.wild.test' }, answer: 200, body: 'wild' },
      { name: 'longest wildcard', client: { sni: 'x.b.wild.test' }, answer: 200, body: 'beta' },
      { name: 'the wildcard itself', client: { sni: 'wild.test' }, answer: 200, body: 'beta' },
      { name: 'none', client: { sni: 'example.com' }, answer: 'none' },
      { name: 'no name', client: {}, answer: 'none' },
      { name: 'plaintext', client: { plain: true }, answer: 'none' },
    ],
  },
  {
    name: 'transport',
    listener: (place) => ({
      ...listenerFilters('tls_inspector'),
      filter_chains: [
        secure(place, 'alpha', { transport_protocol: 'tls' }),
        plain(place, 'plain', { transport_protocol: 'raw_buffer' }),
      ],
    }),
    cases: [
      { name: 'TLS', client: { sni: 'alpha.test' }, answer: 200, body: 'alpha' },
      { name: 'plaintext', client: { plain: true }, answer: 200, body: 'plain' },
      {
        name: 'plaintext in pieces',
        client: { raw: GET.slice(0, 3), later: { afterMs: 50, raw: GET.slice(3) } },
        answer: 200,
        body: 'plain',
      },
    ],
  },
  {
    name: 'not-inspected',
    listener: (place) => ({
      filter_chains: [
        secure(place, 'alpha', { transport_protocol: 'tls' }),
        plain(place, 'plain', { transport_protocol: 'raw_buffer' }),
      ],
    }),
    cases: [{ name: 'plaintext', client: { plain: true }, answer: 200, body: 'plain' }],
  },
  {
    name: 'default-chain',
    listener: (place) => ({
      ...listenerFilters('tls_inspector'),
      filter_chains: [secure(place, 'alpha', { server_names: ['alpha.test'], transport_protocol: 'tls' })],
      default_filter_chain: plain(place, 'default'),
    }),
    cases: [
      { name: 'match', client: { sni: 'alpha.test' }, answer: 200, body: 'alpha' },
      { name: 'plaintext', client: { plain: true }, answer: 200, body: 'default' },
    ],
  },
  {
    name: 'no-way-back',
    listener: (place) => ({
      ...listenerFilters('tls_inspector'),
      filter_chains: [
        secure(place, 'alpha', { server_names: ['alpha.test'], application_protocols: ['istio'] }),
        secure(place, 'beta', {}),
      ],
    }),
    cases: [
      { name: 'all of it', client: { sni: 'alpha.test', alpn: ['istio'] }, answer: 200, body: 'alpha' },
      { name: 'the name, and another protocol', client: { sni: 'alpha.test', alpn: ['http/1.1'] }, answer: 'none' },
      { name: 'another name', client: { sni: 'beta.test' }, answer: 200, body: 'beta' },
    ],
  },
  {
    name: 'application-protocols',
    listener: (place) => ({
      ...listenerFilters('tls_inspector', 'http_inspector'),
      filter_chains: [
        secure(place, 'alpha', { transport_protocol: 'tls', application_protocols: ['istio', 'istio-http/1.1'] }),
        secure(place, 'beta', { transport_protocol: 'tls' }),
        plain(place, 'http', { transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c'] }),
        plain(place, 'tcp', { transport_protocol: 'raw_buffer' }),
      ],
    }),
    cases: [
      { name: "the mesh's own", client: { sni: 'x.test', alpn: ['istio'] }, answer: 200, body: 'alpha' },
      { name: 'second choice', client: { sni: 'x.test', alpn: ['foo', 'istio-http/1.1'] }, answer: 200, body: 'alpha' },
      { name: 'other TLS', client: { sni: 'x.test', alpn: ['http/1.1'] }, answer: 200, body: 'beta' },
      { name: 'HTTP/1.1', client: { plain: true }, answer: 200, body: 'http' },
      {
        name: 'HTTP/1.1 in pieces',
        client: { raw: 'GET / HT', later: { afterMs: 60, raw: GET.slice(8) } },
        answer: 200,
        body: 'http',
      },
      { name: 'HTTP/1.0', client: { raw: 'GET / HTTP/1.0\r\nhost: x\r\n\r\n' }, answer: 426 },
      { name: 'no HTTP', client: { raw: '\x01\x02\x03\r\n\r\n' }, answer: 400 },
    ],
  },
  {
    name: 'timeout-continues',
    listener: (place) => ({
      ...listenerFilters('tls_inspector', 'http_inspector'),
      listener_filters_timeout: '0.2s',
      continue_on_listener_filters_timeout: true,
      filter_chains: [plain(place, 'http', { application_protocols: ['http/1.1'] }), plain(place, 'other')],
    }),
    cases: [
      {
        name: 'in time',
        client: { raw: 'GET / ', later: { afterMs: 40, raw: GET.slice(6) } },
        answer: 200,
        body: 'http',
      },
      {
        name: 'too late',
        client: { raw: 'GET / ', later: { afterMs: 500, raw: GET.slice(6) } },
        answer: 200,
        body: 'other',
      },
      { name: 'nothing at first', client: { raw: '', later: { afterMs: 500, raw: GET } }, answer: 200, body: 'other' },
    ],
  },
  {
    name: 'timeout-closes',
    listener: (place) => ({
      ...listenerFilters('tls_inspector'),
      listener_filters_timeout: '0.2s',
      filter_chains: [plain(place, 'plain')],
    }),
    cases: [
      { name: 'in time', client: { raw: GET }, answer: 200 },
      { name: 'nothing comes', client: { raw: '' }, answer: 'none' },
    ],
  },
  {
    name: 'sources',
    listener: (place) => ({
      filter_chains: [
        plain(place, 'net', { source_prefix_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] }),
        plain(place, 'elsewhere', { source_prefix_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] }),
        plain(place, 'host', {
          source_prefix_ranges: [{ address_prefix: '127.0.0.1', prefix_len: 32 }],
          source_ports: [1],
        }),
      ],
    }),
    cases: [{ name: 'the longest range has another port', client: { plain: true }, answer: 'none' }],
  },
  {
    name: 'source-types',
    listener: (place) => ({
      filter_chains: [
        plain(place, 'local', { source_type: 'SAME_IP_OR_LOOPBACK' }),
        plain(place, 'external', { source_type: 'EXTERNAL' }),
        plain(place, 'any', {}),
      ],
    }),
    cases: [{ name: 'loopback', client: { plain: true }, answer: 200, body: 'local' }],
  },
  {
    name: 'destinations',
    listener: (place) => ({
      filter_chains: [
        plain(place, 'port', { destination_port: 1 }),
        plain(place, 'wide', { prefix_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] }),
        plain(place, 'narrow', { prefix_ranges: [{ address_prefix: '127.0.0.1', prefix_len: 32 }] }),
        plain(place, 'rest', {}),
      ],
    }),
    cases: [{ name: 'longest range', client: { plain: true }, answer: 200, body: 'narrow' }],
  },
]
