import { referencesOf } from '../config/referenced-secrets.ts'
import type {
  CertificateConfig,
  SecretReference,
  TlsConfig,
  ValidationConfig,
  ValidationSource,
} from '../config/tls-model.ts'
import type { SecretSlot, SecretStore } from './secret-store.ts'

/** What a context is made of, as it is now. */
export interface Material {
  readonly certificates: readonly CertificateConfig[]
  readonly validation: ValidationConfig | undefined
}

/** Certificates and validation of one context, wherever they come from. */
export class TlsMaterial {
  readonly #config: Pick<TlsConfig, 'certificates' | 'validation'>
  readonly #slots = new Map<string, SecretSlot>()

  constructor(config: Pick<TlsConfig, 'certificates' | 'validation'>, secrets: SecretStore) {
    this.#config = config
    for (const reference of referencesOf(config)) this.#slots.set(reference.key, secrets.slot(reference))
  }

  /** Another number means that something has changed. */
  get revision(): number {
    let sum = 0
    for (const slot of this.#slots.values()) sum += slot.revision
    return sum
  }

  /** null while a secret is not there. */
  resolve(): Material | null {
    const certificates: CertificateConfig[] = []
    for (const given of this.#config.certificates) {
      const certificate = given.kind === 'inline' ? given.value : this.#certificate(given.secret)
      if (certificate === null) return null
      certificates.push(certificate)
    }
    const { validation } = this.#config
    if (validation === undefined) return { certificates, validation: undefined }
    const resolved = this.#validation(validation)
    return resolved === null ? null : { certificates, validation: resolved }
  }

  #certificate({ key }: SecretReference): CertificateConfig | null {
    const value = this.#slots.get(key)?.value
    return value?.kind === 'certificate' ? value.certificate : null
  }

  #validation({ fixed, secret }: ValidationSource): ValidationConfig | null {
    if (secret === undefined) return fixed ?? null
    const value = this.#slots.get(secret.key)?.value
    if (value?.kind !== 'validation') return null
    return fixed === undefined ? value.validation : mergeValidation(fixed, value.validation)
  }
}

/** Protobuf's merge: single fields of `over` win, lists are joined. */
function mergeValidation(base: ValidationConfig, over: ValidationConfig): ValidationConfig {
  return {
    trustedCa: over.trustedCa ?? base.trustedCa,
    trustDomains: over.trustDomains ?? base.trustDomains,
    crl: over.crl ?? base.crl,
    sans: [...base.sans, ...over.sans],
    certificateHashes: [...base.certificateHashes, ...over.certificateHashes],
    spkis: [...base.spkis, ...over.spkis],
    acceptUntrusted: base.acceptUntrusted || over.acceptUntrusted,
    partialChain: base.partialChain && over.partialChain,
  }
}
