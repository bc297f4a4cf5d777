import type { X509Certificate } from 'node:crypto'
import { MizzenError } from '@mizzen/base'
import type { DataSource, ValidationConfig } from '../config/tls-model.ts'
import { type CertificateIdentity, identityOf } from './certificate-identity.ts'
import type { ContextCache, Roots } from './context-cache.ts'
import { pathOf, readDataSource } from './data-source.ts'
import { nodeCrypto } from './node-tls.ts'
import { compileSanMatch, dnsMatches, type SanTest } from './san-match.ts'
import { chainFailure } from './tls-failure.ts'

/** Why a peer's certificate is not taken. */
export interface PeerFailure {
  readonly counter: 'failVerifyError' | 'failVerifySan' | 'failVerifyCertHash'
  /** Envoy's words. */
  readonly reason: string
}

/** A certificate may be issued through at most this many others. */
const MAX_DEPTH = 10

/** What a peer's certificate must be like, compiled: everything that the TLS library does not check by itself. */
export class PeerValidation {
  /** Roots for the TLS library; empty = chains are not verified. */
  readonly roots: readonly Roots[]
  /** Where they came from, for operators. */
  readonly rootPath: string
  readonly crl: Buffer | undefined
  /** What the TLS library gets of it, by identity. */
  readonly parts: readonly object[]
  readonly partialChain: boolean
  /** Sessions must not be taken up again: only a full handshake shows what has to be checked. */
  readonly needsChain: boolean
  readonly #config: ValidationConfig
  readonly #sans: readonly SanTest[]
  readonly #domains: ReadonlyMap<string, readonly X509Certificate[]>

  /** Throws MizzenError with `path` for sources that cannot be read, names that nobody vouches for, and `bad-regex`. */
  constructor(config: ValidationConfig, cache: ContextCache, path: string) {
    this.#config = config
    this.#sans = config.sans.map((san, index) =>
      compileSanMatch(san, `${path}.match_typed_subject_alt_names[${index}]`),
    )
    const read = (source: DataSource, field: string) => cache.roots(source, () => readRoots(source, `${path}.${field}`))
    const bundles = (config.trustDomains ?? []).map(({ name, bundle }) => ({
      name,
      roots: read(bundle, 'custom_validator_config'),
    }))
    const { trustedCa, crl } = config
    this.roots = trustedCa === undefined ? bundles.map(({ roots }) => roots) : [read(trustedCa, 'trusted_ca')]
    this.rootPath = trustedCa === undefined ? '<inline>' : pathOf(trustedCa)
    this.crl = crl === undefined ? undefined : readDataSource(crl, `${path}.crl`)
    this.parts = crl === undefined ? this.roots : [...this.roots, crl]
    this.partialChain = config.partialChain
    this.#domains = new Map(
      bundles.map(({ name, roots }) => [name, roots.identities.map(({ certificate }) => certificate)]),
    )
    this.needsChain = bundles.length > 1
    if (config.sans.length > 0 && this.roots.length === 0) {
      const message = 'SAN-based verification of peer certificates without trusted CA is insecure and not allowed'
      throw new MizzenError('bad-config', message, { path })
    }
  }

  /** A certificate is asked for. */
  get wanted(): boolean {
    return this.roots.length > 0 || this.#config.certificateHashes.length > 0 || this.#config.spkis.length > 0
  }

  get acceptsUntrusted(): boolean {
    return this.#config.acceptUntrusted
  }

  /**
   * @param chainError of the TLS library; '' = the chain is good (or was not looked at)
   * @param requiredDns the certificate must be for this name, too; '' = none
   * @returns null if the certificate is good
   */
  check(identity: CertificateIdentity, chainError: string, requiredDns: string): PeerFailure | null {
    if (this.roots.length > 0 && chainError !== '') {
      return { counter: 'failVerifyError', reason: chainFailure(chainError, identity) }
    }
    if (this.#domains.size > 0) {
      const failure = this.#checkTrustDomain(identity)
      if (failure !== null) return { counter: 'failVerifyError', reason: failure }
    }
    const sansHold = this.#sans.length === 0 || this.#sans.some((test) => test(identity))
    if (!sansHold)
      return { counter: 'failVerifySan', reason: `SAN matcher, certificate SANs are [${listOf(identity)}]` }
    if (requiredDns !== '' && !identity.dnsSans.some((san) => dnsMatches(requiredDns, san))) {
      const reason = `verify SAN list, expected SANs: [${requiredDns}], certificate SANs: [${listOf(identity)}]`
      return { counter: 'failVerifySan', reason }
    }
    return this.#checkHashes(identity)
  }

  #checkHashes({ fingerprint256, certificate }: CertificateIdentity): PeerFailure | null {
    const { certificateHashes, spkis } = this.#config
    if (certificateHashes.length === 0 && spkis.length === 0) return null
    if (certificateHashes.includes(fingerprint256)) return null
    if (spkis.length > 0 && spkis.includes(spkiOf(certificate))) return null
    return { counter: 'failVerifyCertHash', reason: 'verify hash list' }
  }

  /** SPIFFE X509-SVID 5: one URI, no CA, and an issuer that its own trust domain knows. */
  #checkTrustDomain({ uriSans, certificate }: CertificateIdentity): string | null {
    const domain = /^spiffe:\/\/([^/]+)\//.exec(`${uriSans[0] ?? ''}/`)?.[1]
    if (uriSans.length !== 1 || domain === undefined || certificate.ca)
      return 'the SPIFFE id is missing, or the certificate is an authority’s'
    const roots = this.#domains.get(domain)
    if (roots === undefined) return `no trust bundle for ${domain}`
    if (!this.needsChain || leadsTo(certificate, roots)) return null
    return `not issued by ${domain}`
  }
}

function listOf({ dnsSans, uriSans, ipSans, emailSans }: CertificateIdentity): string {
  return [...dnsSans, ...uriSans, ...ipSans, ...emailSans].join(', ')
}

/** Whether the chain that the peer has shown ends with one of the roots. Its validity was verified already. */
function leadsTo(leaf: X509Certificate, roots: readonly X509Certificate[]): boolean {
  let certificate: X509Certificate | undefined = leaf
  for (let depth = 0; depth < MAX_DEPTH && certificate !== undefined; depth += 1) {
    const current: X509Certificate = certificate
    if (roots.some((root) => current.checkIssued(root) && current.verify(root.publicKey))) return true
    certificate = current.issuerCertificate
    if (certificate !== undefined && !(current.checkIssued(certificate) && current.verify(certificate.publicKey)))
      return false
  }
  return false
}

function spkiOf(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return nodeCrypto().createHash('sha256').update(der).digest('base64')
}

function readRoots(source: DataSource, path: string): Roots {
  const pem = readDataSource(source, path)
  return { pem, identities: readCertificates(pem, path).map(identityOf) }
}

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** All certificates of a PEM text. Throws MizzenError `bad-secret` if there is none, or one is broken. */
export function readCertificates(pem: Buffer, path: string): readonly X509Certificate[] {
  const texts = pem.toString('latin1').match(CERTIFICATE) ?? []
  if (texts.length === 0) throw new MizzenError('bad-secret', 'there is no certificate in PEM form', { path })
  const { X509Certificate } = nodeCrypto()
  return texts.map((text) => {
    try {
      return new X509Certificate(text)
    } catch (error) {
      throw new MizzenError('bad-secret', `a certificate cannot be read: ${(error as Error).message}`, {
        path,
        cause: error,
      })
    }
  })
}
