import type { X509Certificate } from 'node:crypto'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { MizzenError } from '@mizzen/base'
import type { CertificateConfig, TlsConfig } from '../config/tls-model.ts'
import { type CertificateIdentity, identityOf } from './certificate-identity.ts'
import { pathOf, readDataSource } from './data-source.ts'
import { nodeCrypto, nodeTls } from './node-tls.ts'
import { type PeerValidation, readCertificates } from './peer-validation.ts'

/** A certificate chain with its key, read and found to fit together. */
export interface LoadedCertificate {
  readonly chain: Buffer
  readonly key: Buffer
  readonly password: string | undefined
  readonly identity: CertificateIdentity
  readonly issuers: readonly CertificateIdentity[]
  /** Where it came from, for operators. */
  readonly path: string
  /** `rsa`, `ec`, …: a context can have one of each. */
  readonly keyType: string
}

/** Envoy's defaults (tls_params), and the order in which BoringSSL prefers what TLS 1.3 has. */
const TLS13_SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
const TLS12_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
]
const CURVES = ['X25519', 'P-256']

/** Throws MizzenError `bad-secret` with `path` for what cannot be read, or does not fit together. */
export function loadCertificate(config: CertificateConfig, path: string): LoadedCertificate {
  const chain = readDataSource(config.chain, `${path}.certificate_chain`)
  const key = readDataSource(config.key, `${path}.private_key`)
  const password =
    config.password === undefined ? undefined : readDataSource(config.password, `${path}.password`).toString().trim()
  const [leaf, ...issuers] = readCertificates(chain, `${path}.certificate_chain`) as [X509Certificate]
  try {
    const privateKey = nodeCrypto().createPrivateKey({ key, passphrase: password })
    if (!leaf.checkPrivateKey(privateKey)) throw new Error('it is not the key of the certificate')
    const keyType = privateKey.asymmetricKeyType ?? ''
    const [identity, ...between] = [leaf, ...issuers].map(identityOf) as [CertificateIdentity, ...CertificateIdentity[]]
    return { chain, key, password, identity, issuers: between, path: pathOf(config.chain), keyType }
  } catch (error) {
    const message = `the key cannot be used: ${(error as Error).message}`
    throw new MizzenError('bad-secret', message, { path: `${path}.private_key`, cause: error })
  }
}

/**
 * One context of the TLS library; it is expensive, and serves any number of connections.
 * @param certificates at most one of each key type
 * @throws MizzenError `bad-tls-context` with `path`
 */
export function createContext(
  config: TlsConfig,
  certificates: readonly LoadedCertificate[],
  validation: PeerValidation | undefined,
  more: SecureContextOptions,
  path: string,
): SecureContext {
  try {
    return nodeTls().createSecureContext({
      minVersion: config.minVersion,
      maxVersion: config.maxVersion,
      ciphers: [...TLS13_SUITES, ...(config.ciphers.length === 0 ? TLS12_SUITES : config.ciphers)].join(':'),
      ecdhCurve: (config.curves.length === 0 ? CURVES : config.curves).join(':'),
      sigalgs: config.signatureAlgorithms.length === 0 ? undefined : config.signatureAlgorithms.join(':'),
      honorCipherOrder: true,
      cert: certificates.map(({ chain }) => chain),
      key: certificates.map(({ key, password }) => ({ pem: key, passphrase: password })),
      // Without roots of ours the library would trust all of the public ones.
      ca: validation === undefined ? [] : validation.roots.map(({ pem }) => pem),
      crl: validation?.crl,
      allowPartialTrustChain: validation?.partialChain ?? false,
      ...more,
    })
  } catch (error) {
    throw new MizzenError('bad-tls-context', (error as Error).message, { path, cause: error })
  }
}
