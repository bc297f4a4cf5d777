import type { ConfigNode } from './config-node.ts'
import { readStringMatch } from './read-values.ts'
import type {
  CertificateConfig,
  DataSource,
  SanMatch,
  SecretConfig,
  SecretReference,
  ValidationConfig,
} from './tls-model.ts'

const TLS = 'envoy.extensions.transport_sockets.tls.v3'
const SAN_TYPES = { EMAIL: 'email', DNS: 'dns', URI: 'uri', IP_ADDRESS: 'ip' } as const

/**
 * envoy.extensions.transport_sockets.tls.v3.Secret.
 * @param source where it comes from; part of its key
 */
export function readSecret(node: ConfigNode, source: SecretReference['source']): SecretConfig {
  const name = node.string('name')
  const value =
    node.child('tls_certificate', (one) => ({ kind: 'certificate' as const, certificate: readCertificate(one) })) ??
    node.child('validation_context', (one) => ({ kind: 'validation' as const, validation: readValidation(one) })) ??
    node.child('session_ticket_keys', (one) => ({ kind: 'ticket-keys' as const, keys: readTicketKeys(one) }))
  if (value === undefined) {
    throw node.error('unsupported-config', 'needs one of tls_certificate, validation_context, session_ticket_keys')
  }
  return { key: secretKey(source, name), name, value }
}

/** Secrets of different sources may have the same name. */
export function secretKey(source: SecretReference['source'], name: string): string {
  return typeof source === 'string' ? `${source}:${name}` : `file:${source.file}:${name}`
}

/** TlsCertificate. */
export function readCertificate(node: ConfigNode): CertificateConfig {
  // Files are read when the configuration comes; those of secrets are watched by whoever brings the secret.
  node.ignore('watched_directory')
  const chain = node.child('certificate_chain', readDataSource)
  const key = node.child('private_key', readDataSource)
  if (chain === undefined) throw node.error('bad-config', 'must be given', 'certificate_chain')
  if (key === undefined) throw node.error('bad-config', 'must be given', 'private_key')
  return { chain, key, password: node.child('password', readDataSource) }
}

/** envoy.config.core.v3.DataSource. */
function readDataSource(node: ConfigNode): DataSource {
  node.ignore('watched_directory')
  const [path, text, base64] = [node.string('filename'), node.string('inline_string'), node.string('inline_bytes')]
  if (path !== '') return { kind: 'file', path }
  if (text !== '') return { kind: 'text', text }
  if (base64 !== '') return { kind: 'bytes', base64 }
  throw node.error('unsupported-config', 'needs one of filename, inline_string, inline_bytes')
}

/** TlsSessionTicketKeys. */
export function readTicketKeys(node: ConfigNode): readonly DataSource[] {
  const keys = node.list('keys', readDataSource)
  if (keys.length === 0) throw node.error('bad-config', 'must name one', 'keys')
  return keys
}

/** CertificateValidationContext. */
export function readValidation(node: ConfigNode): ValidationConfig {
  node.ignore('watched_directory')
  const trustedCa = node.child('trusted_ca', readDataSource)
  const trustDomains = node.child('custom_validator_config', readCustomValidator)
  const sans = node.list('match_typed_subject_alt_names', readTypedSan)
  // The older form matches names of every type.
  const untyped = node.list('match_subject_alt_names', readStringMatch)
  const all = [...sans, ...untyped.flatMap((match) => SAN_TYPE_NAMES.map((type) => ({ type, match })))]
  return {
    trustedCa,
    trustDomains,
    crl: node.child('crl', readDataSource),
    sans: all,
    certificateHashes: node.strings('verify_certificate_hash').map((hash) => hash.replaceAll(':', '').toLowerCase()),
    spkis: node.strings('verify_certificate_spki'),
    acceptUntrusted: node.enumeration('trust_chain_verification', {
      VERIFY_TRUST_CHAIN: false,
      ACCEPT_UNTRUSTED: true,
    }),
    partialChain: true,
  }
}

const SAN_TYPE_NAMES = ['uri', 'dns', 'ip', 'email'] as const

function readTypedSan(node: ConfigNode): SanMatch {
  const type = node.enumeration('san_type', { SAN_TYPE_UNSPECIFIED: undefined, ...SAN_TYPES })
  if (type === undefined) throw node.error('bad-config', 'must be given', 'san_type')
  const match = node.child('matcher', readStringMatch)
  if (match === undefined) throw node.error('bad-config', 'must be given', 'matcher')
  return { type, match }
}

/** envoy.config.core.v3.TypedExtensionConfig of a SPIFFECertValidatorConfig. */
function readCustomValidator(node: ConfigNode): ValidationConfig['trustDomains'] {
  node.ignore('name')
  return node.typed('typed_config', {
    [`${TLS}.SPIFFECertValidatorConfig`]: (spiffe) => {
      const domains = spiffe.list('trust_domains', (domain) => {
        const bundle = domain.child('trust_bundle', readDataSource)
        if (bundle === undefined) throw domain.error('bad-config', 'must be given', 'trust_bundle')
        return { name: domain.requiredString('name'), bundle }
      })
      if (domains.length === 0) throw spiffe.error('bad-config', 'must name one', 'trust_domains')
      return domains
    },
  })
}
