import type { SecureContext } from 'node:tls'
import type { CertificateConfig, DataSource } from '../config/tls-model.ts'
import type { CertificateIdentity } from './certificate-identity.ts'

/** Trusted certificates: as the TLS library takes them, and read. */
export interface Roots {
  readonly pem: Buffer
  readonly identities: readonly CertificateIdentity[]
}

/**
 * What TLS contexts share. Thousands of clusters use the same two secrets, and differ in what they ask of the peer's name
 * only: each secret is read once, and there is one context of the library, which is large, for all that is alike.
 */
export class ContextCache {
  readonly #certificates = new WeakMap<CertificateConfig, object>()
  readonly #roots = new WeakMap<DataSource, Roots>()
  readonly #numbers = new WeakMap<object, number>()
  readonly #contexts = new Map<string, WeakRef<SecureContext>>()
  #last = 0

  /** Contexts that are in use. */
  get size(): number {
    return [...this.#contexts.values()].filter((reference) => reference.deref() !== undefined).length
  }

  /** Configuration is immutable: what was read for an object holds for it. */
  certificate<T extends object>(config: CertificateConfig, read: () => T): T {
    const known = this.#certificates.get(config) as T | undefined
    if (known !== undefined) return known
    const loaded = read()
    this.#certificates.set(config, loaded)
    return loaded
  }

  roots(source: DataSource, read: () => Roots): Roots {
    const known = this.#roots.get(source)
    if (known !== undefined) return known
    const roots = read()
    this.#roots.set(source, roots)
    return roots
  }

  /**
   * @param parts what the context is made of, by identity
   * @param settings everything else that it depends on
   */
  context(parts: readonly object[], settings: unknown, make: () => SecureContext): SecureContext {
    const key = JSON.stringify([parts.map((part) => this.#numberOf(part)), settings])
    const known = this.#contexts.get(key)?.deref()
    if (known !== undefined) return known
    const context = make()
    for (const [old, reference] of this.#contexts) if (reference.deref() === undefined) this.#contexts.delete(old)
    this.#contexts.set(key, new WeakRef(context))
    return context
  }

  #numberOf(part: object): number {
    const known = this.#numbers.get(part)
    if (known !== undefined) return known
    this.#last += 1
    this.#numbers.set(part, this.#last)
    return this.#last
  }
}
