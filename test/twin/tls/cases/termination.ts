import type { Scene } from '../case.ts'
import { answering, certificate, downstreamTls, type Json } from '../configuration.ts'

const GROUPS = ['X25519', 'P-256']

function terminated(more: Json = {}, context: Json = {}): Scene['listener'] {
  return ({ material, log }) => ({
    filter_chains: [
      answering('terminated', log, {
        transport_socket: downstreamTls({ tls_certificates: [certificate(material, 'alpha')], ...more }, context),
      }),
    ],
  })
}

/** Handshakes: versions, ciphers, ALPN, sessions, certificates by SNI. */
export const termination: readonly Scene[] = [
  {
    name: 'termination',
    listener: terminated({ alpn_protocols: ['http/1.1'] }),
    cases: [
      { name: 'newest version', client: { sni: 'alpha.test', alpn: ['http/1.1'] }, answer: 200, shows: 'alpha' },
      { name: 'TLS 1.2', client: { sni: 'alpha.test', maxVersion: 'TLSv1.2' }, answer: 200 },
      { name: 'no server name', client: {}, answer: 200, shows: 'alpha' },
      { name: 'a name that the certificate has not', client: { sni: 'other.test' }, answer: 200, shows: 'alpha' },
      { name: 'server name in capitals', client: { sni: 'ALPHA.test' }, answer: 200 },
      { name: 'no ALPN', client: { sni: 'alpha.test' }, answer: 200 },
      { name: 'ALPN that the listener does not have', client: { sni: 'alpha.test', alpn: ['foo'] }, answer: 200 },
      { name: 'plaintext', client: { plain: true }, answer: 'none' },
      {
        name: 'garbage',
        client: { raw: '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00' },
        answer: 'none',
        differs: { fields: ['response'], because: 'the alert is the same, in a record of another version' },
      },
      {
        name: 'a client that prefers AES-256',
        client: { ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256' },
        answer: 200,
        differs: {
          fields: ['cipher', 'DOWNSTREAM_TLS_CIPHER'],
          because: 'the library knows one order of preference for all versions, and the shorter key is cheaper',
        },
      },
      { name: 'session taken up again, TLS 1.3', client: { sni: 'alpha.test', resumes: true }, answer: 200 },
      {
        name: 'a client that prefers ChaCha',
        client: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256' },
        answer: 200,
      },
      {
        name: 'session taken up again, TLS 1.2',
        client: { sni: 'alpha.test', resumes: true, maxVersion: 'TLSv1.2' },
        answer: 200,
      },
    ],
  },
  {
    name: 'no-tickets',
    listener: terminated({}, { disable_stateless_session_resumption: true, disable_stateful_session_resumption: true }),
    cases: [{ name: 'full handshake', client: { resumes: true, maxVersion: 'TLSv1.2' }, answer: 200, shows: 'alpha' }],
  },
  {
    name: 'only-1.3',
    listener: terminated({ tls_params: { tls_minimum_protocol_version: 'TLSv1_3', ecdh_curves: GROUPS } }),
    cases: [
      { name: 'TLS 1.2', client: { maxVersion: 'TLSv1.2' }, answer: 'none' },
      { name: 'TLS 1.3', client: {}, answer: 200 },
    ],
  },
  {
    name: 'only-1.2',
    listener: terminated({
      tls_params: { tls_maximum_protocol_version: 'TLSv1_2', cipher_suites: ['ECDHE-ECDSA-AES256-GCM-SHA384'] },
    }),
    cases: [
      { name: 'TLS 1.3', client: { minVersion: 'TLSv1.3' }, answer: 'none' },
      { name: 'the cipher', client: {}, answer: 200 },
      { name: 'another cipher', client: { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, answer: 'none' },
    ],
  },
  {
    name: 'two-certificates',
    listener: ({ material, log }) => ({
      filter_chains: [
        answering('two', log, {
          transport_socket: downstreamTls({
            tls_certificates: (['alpha', 'beta', 'wild'] as const).map((name) => certificate(material, name)),
          }),
        }),
      ],
    }),
    cases: [
      { name: 'first', client: { sni: 'alpha.test' }, answer: 200, shows: 'alpha' },
      { name: 'second', client: { sni: 'beta.test' }, answer: 200, shows: 'beta' },
      { name: 'another name of the second', client: { sni: 'b2.test' }, answer: 200, shows: 'beta' },
      { name: 'wildcard', client: { sni: 'x.wild.test' }, answer: 200, shows: 'wild' },
      { name: 'wildcards have one label', client: { sni: 'x.y.wild.test' }, answer: 200, shows: 'alpha' },
      { name: 'none of them', client: { sni: 'other.test' }, answer: 200, shows: 'alpha' },
      { name: 'no name', client: {}, answer: 200, shows: 'alpha' },
    ],
  },
]
