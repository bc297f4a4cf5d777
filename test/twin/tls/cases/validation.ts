import type { Place, Scene, TlsCase } from '../case.ts'
import {
  certificate,
  downstreamTls,
  forwarding,
  inline,
  type Json,
  cluster as makeCluster,
  trust,
  uri,
} from '../configuration.ts'
import { spiffe } from '../material.ts'

function mutual(
  name: string,
  validation: (place: Place) => Json,
  cases: readonly TlsCase[],
  { required = true, manager = {} as Json } = {},
): Scene {
  return {
    name,
    listener: (place) => ({
      filter_chains: [
        forwarding(name, place.log, manager, {
          transport_socket: downstreamTls(
            { tls_certificates: [certificate(place.material, 'alpha')], validation_context: validation(place) },
            { require_client_certificate: required },
          ),
        }),
      ],
    }),
    clusters: ({ origins }) => [makeCluster(name, origins.plain)],
    cases,
  }
}

const good: TlsCase = { name: 'good', client: { certificate: 'client' }, answer: 200 }
const refused = (name: string, certificateName?: NonNullable<TlsCase['client']['certificate']>): TlsCase => ({
  name,
  client: certificateName === undefined ? {} : { certificate: certificateName },
  answer: 'none',
})

/** Which client certificates are taken. */
export const validation: readonly Scene[] = [
  mutual('required', ({ material }) => trust(material), [
    good,
    { ...good, name: 'good, TLS 1.2', client: { certificate: 'client', maxVersion: 'TLSv1.2' } },
    { ...good, name: 'good, taken up again', client: { certificate: 'client', resumes: true } },
    { ...good, name: 'issued by an intermediate', client: { certificate: 'deep' } },
    refused('missing'),
    { ...refused('missing, TLS 1.2'), client: { maxVersion: 'TLSv1.2' } },
    refused('of another authority', 'stranger'),
    { ...refused('of another authority, TLS 1.2'), client: { certificate: 'stranger', maxVersion: 'TLSv1.2' } },
    refused('expired', 'expired'),
    refused('not for clients', 'serverOnly'),
  ]),
  mutual(
    'optional',
    ({ material }) => trust(material),
    [good, { name: 'missing', client: {}, answer: 200 }, refused('of another authority', 'stranger')],
    { required: false },
  ),
  mutual('san-exact', ({ material }) => trust(material, uri({ exact: spiffe('client') })), [
    good,
    refused('another', 'second'),
  ]),
  mutual('san-prefix', ({ material }) => trust(material, uri({ prefix: 'spiffe://cluster.local/ns/default/' })), [
    good,
  ]),
  mutual('san-suffix', ({ material }) => trust(material, uri({ suffix: '/sa/second' })), [
    refused('another', 'client'),
  ]),
  mutual(
    'san-regex',
    ({ material }) => trust(material, uri({ safe_regex: { regex: 'spiffe://[^/]+/ns/.*/sa/c.*' } })),
    [good, refused('another', 'second')],
  ),
  mutual(
    'san-dns',
    ({ material }) =>
      trust(material, { match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'c2.test' } }] }),
    [good, refused('another', 'second')],
  ),
  mutual(
    'trust-domain',
    ({ material }) => ({
      custom_validator_config: {
        name: 'envoy.tls.cert_validator.spiffe',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig',
          trust_domains: [
            { name: 'cluster.local', trust_bundle: inline(material.mesh.root) },
            { name: 'elsewhere', trust_bundle: inline(material.other.root) },
          ],
        },
      },
    }),
    [
      good,
      refused('of a trust domain that is not its authority’s', 'stranger'),
      { ...good, name: 'issued by an intermediate', client: { certificate: 'deep' } },
    ],
  ),
  mutual('revocation', ({ material }) => trust(material, { crl: inline(material.crl) }), [
    good,
    refused('revoked', 'revoked'),
  ]),
  mutual(
    'fingerprint',
    ({ material }) => ({ verify_certificate_hash: [material.certificates.client.fingerprint256] }),
    [good, refused('another', 'second')],
  ),
  mutual('untrusted', ({ material }) => trust(material, { trust_chain_verification: 'ACCEPT_UNTRUSTED' }), [
    good,
    { name: 'of another authority', client: { certificate: 'stranger' }, answer: 200 },
    { name: 'expired', client: { certificate: 'expired' }, answer: 200 },
  ]),
]

const DETAILS = { subject: true, cert: true, dns: true, uri: true }
const CLAIM = ['x-forwarded-client-cert: By=them;Hash=1']

function forwarded(mode: string, details: Json = DETAILS): Scene {
  const claiming = { certificate: 'client', headers: CLAIM } as const
  return mutual(
    `xfcc-${mode.toLowerCase()}`,
    ({ material }) => trust(material),
    [
      { name: 'with a claim', client: claiming, answer: 200 },
      { name: 'without', client: { certificate: 'client' }, answer: 200 },
      { name: 'without a certificate', client: { headers: CLAIM }, answer: 200 },
      { name: 'a certificate without names', client: { certificate: 'second', headers: CLAIM }, answer: 200 },
    ],
    { required: false, manager: { forward_client_cert_details: mode, set_current_client_cert_details: details } },
  )
}

/** x-forwarded-client-cert. */
export const clientCertificateHeader: readonly Scene[] = [
  forwarded('SANITIZE'),
  forwarded('FORWARD_ONLY'),
  forwarded('APPEND_FORWARD'),
  forwarded('SANITIZE_SET'),
  forwarded('ALWAYS_FORWARD_ONLY'),
]
