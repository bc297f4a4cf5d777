import type { X509Certificate } from 'node:crypto'
import { type CertificateIdentity, identityOf } from './certificate-identity.ts'

/** Certificates of peers that are kept; the oldest goes first. */
const MAX_ENTRIES = 1000

/** What peers' certificates say, read once for each certificate: the same few peers connect again and again. */
export class IdentityCache {
  readonly #known = new Map<string, CertificateIdentity>()

  get size(): number {
    return this.#known.size
  }

  of(certificate: X509Certificate): CertificateIdentity {
    const key = certificate.raw.toString('latin1')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const identity = identityOf(certificate)
    if (this.#known.size >= MAX_ENTRIES) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(key, identity)
    return identity
  }
}
