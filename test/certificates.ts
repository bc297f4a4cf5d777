import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'

const DAY_MS = 24 * 3600 * 1000
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
}

/** ECDSA P-256, or RSA 2048. */
export type KeyType = 'ec' | 'rsa'

/** A certificate chain (leaf first, without the root) and its key, PEM. */
export interface TestCertificate {
  readonly chain: string
  readonly key: string
  readonly certificate: X509Certificate
  /** SHA-256 of the DER form, lower-case hexadecimal digits. */
  readonly fingerprint256: string
}

export interface LeafOptions {
  readonly commonName?: string
  readonly organization?: string
  readonly dns?: readonly string[]
  readonly uris?: readonly string[]
  readonly ips?: readonly string[]
  readonly emails?: readonly string[]
  /** Days from now; default -1 to 30. */
  readonly fromDays?: number
  readonly toDays?: number
  /** Default 'ec'. */
  readonly keyType?: KeyType
  readonly usages?: readonly ('client' | 'server')[]
}

type Keys = webcrypto.CryptoKeyPair

/** A certificate authority for tests. */
export class TestAuthority {
  /** PEM. */
  readonly root: string
  readonly #certificate: X509Certificate
  readonly #keys: Keys
  /** Certificates between leaf and root, PEM. */
  readonly #between: string

  private constructor(certificate: X509Certificate, keys: Keys, between: string, root: string) {
    this.#certificate = certificate
    this.#keys = keys
    this.#between = between
    this.root = root
  }

  static async create(name: string): Promise<TestAuthority> {
    const keys = await generateKeys('ec')
    const certificate = await X509CertificateGenerator.create({
      ...authorityFields(`O=${name}`, keys.publicKey),
      issuer: `O=${name}`,
      signingKey: keys.privateKey,
      extensions: await authorityExtensions(keys.publicKey, keys.publicKey),
    })
    return new TestAuthority(certificate, keys, '', pem(certificate))
  }

  /** An authority below this one. */
  async intermediate(name: string): Promise<TestAuthority> {
    const keys = await generateKeys('ec')
    const certificate = await X509CertificateGenerator.create({
      ...authorityFields(`O=${name}`, keys.publicKey),
      issuer: this.#certificate.subject,
      signingKey: this.#keys.privateKey,
      extensions: await authorityExtensions(keys.publicKey, this.#keys.publicKey),
    })
    return new TestAuthority(certificate, keys, pem(certificate) + this.#between, this.root)
  }

  /** Its own certificate, PEM. */
  get own(): string {
    return pem(this.#certificate)
  }

  async issue(options: LeafOptions): Promise<TestCertificate> {
    const keys = await generateKeys(options.keyType ?? 'ec')
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: subjectOf(options),
      issuer: this.#certificate.subject,
      notBefore: new Date(Date.now() + (options.fromDays ?? -1) * DAY_MS),
      notAfter: new Date(Date.now() + (options.toDays ?? 30) * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: EC,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension((options.usages ?? ['client', 'server']).map(usageOf)),
        new SubjectAlternativeNameExtension(alternativeNames(options)),
        await AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
    const fingerprint256 = Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex')
    return { chain: pem(certificate) + this.#between, key, certificate, fingerprint256 }
  }

  /** A list of revoked certificates, PEM. */
  async revoke(...certificates: readonly TestCertificate[]): Promise<string> {
    const crl = await X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(Date.now() - DAY_MS),
      nextUpdate: new Date(Date.now() + 30 * DAY_MS),
      entries: certificates.map(({ certificate: { serialNumber } }) => ({
        serialNumber,
        // An entry without any extension would get an empty list of them, which is no valid DER.
        reason: X509CrlReason.keyCompromise,
      })),
      signingAlgorithm: EC,
      signingKey: this.#keys.privateKey,
    })
    return PemConverter.encode(crl.rawData, 'X509 CRL')
  }
}

function authorityFields(subject: string, publicKey: Keys['publicKey']) {
  return {
    serialNumber: serial(),
    subject,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
    publicKey,
    signingAlgorithm: EC,
  }
}

async function authorityExtensions(own: Keys['publicKey'], issuer: Keys['publicKey']) {
  return [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    await AuthorityKeyIdentifierExtension.create(issuer),
    await SubjectKeyIdentifierExtension.create(own),
  ]
}

function generateKeys(type: KeyType): Promise<Keys> {
  return webcrypto.subtle.generateKey(type === 'ec' ? EC : RSA, true, ['sign', 'verify']) as Promise<Keys>
}

function alternativeNames({ dns = [], uris = [], ips = [], emails = [] }: LeafOptions): JsonGeneralNames {
  return [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...ips.map((value) => ({ type: 'ip' as const, value })),
    ...emails.map((value) => ({ type: 'email' as const, value })),
  ]
}

function subjectOf({ commonName, organization }: LeafOptions): string {
  const parts = [organization && `O=${organization}`, commonName && `CN=${commonName}`].filter((part) => part)
  return parts.join(', ')
}

function usageOf(side: 'client' | 'server'): string {
  return side === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth
}

function serial(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .padStart(30, '1')
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}
