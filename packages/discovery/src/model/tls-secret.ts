import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import type { Secret } from '@mizzen/api'

/** What of a Secret concerns TLS, each in PEM. Nothing of it is shown where collections are printed. */
export interface TlsSecret {
  readonly origin: string
  /** Of all of the content. */
  readonly digest: string
  readonly material: TlsMaterial
}

interface TlsMaterial {
  readonly certificate: string
  readonly key: string
  readonly roots: string
  readonly crl: string
}

/** The two forms that Istio takes: `kubernetes.io/tls`, and generic. */
const CERTIFICATE = ['tls.crt', 'cert']
const KEY = ['tls.key', 'key']
const ROOTS = ['cacert', 'ca.crt']
const CRL = ['ca.crl', 'crl']

/** Undefined if it has nothing to do with TLS. */
export function tlsSecret(object: Secret, origin: string): TlsSecret | undefined {
  const text = (names: readonly string[]) => names.map((name) => fieldOf(object, name)).find((one) => one !== '') ?? ''
  const material = { certificate: text(CERTIFICATE), key: text(KEY), roots: text(ROOTS), crl: text(CRL) }
  if (material.certificate === '' && material.roots === '') return undefined
  const digest = createHash('sha256').update(JSON.stringify(material)).digest('hex')
  return Object.defineProperty({ origin, digest } as TlsSecret, 'material', { value: material, enumerable: false })
}

function fieldOf({ data = {}, stringData = {} }: Secret, name: string): string {
  return stringData[name] ?? Buffer.from(data[name] ?? '', 'base64').toString()
}

/** Why this cannot be used as certificate and key, as a part of a sentence. */
export function certificateProblem({ certificate, key }: TlsMaterial): string | undefined {
  if (certificate === '') return 'has no certificate (tls.crt or cert)'
  if (key === '') return 'has no key (tls.key or key)'
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'has a key that is not that of its certificate'
  } catch {
    // The reason could quote the content.
    return 'holds a certificate or key that is not PEM'
  }
}

/** Why this cannot be used as the roots of clients. */
export function rootsProblem({ roots }: TlsMaterial): string | undefined {
  if (roots === '') return 'has no roots (ca.crt or cacert)'
  try {
    new X509Certificate(roots)
    return undefined
  } catch {
    return 'holds roots that are not PEM'
  }
}
