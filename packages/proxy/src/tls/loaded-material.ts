import type { ContextCache } from './context-cache.ts'
import { PeerValidation } from './peer-validation.ts'
import { type LoadedCertificate, loadCertificate } from './secure-contexts.ts'
import type { Material } from './tls-material.ts'

/** Where certificates and roots stand in a context's configuration. */
export const MATERIAL_PATH = 'common_tls_context'

/** What a TLS context is made of, as the TLS library takes it. */
export interface LoadedMaterial {
  readonly loaded: readonly LoadedCertificate[]
  /** undefined = peers are not asked for a certificate, or theirs is not looked at. */
  readonly peer: PeerValidation | undefined
}

/** Each certificate is read once, however many contexts have it. Throws MizzenError with the field's path. */
export function loadMaterial({ certificates, validation }: Material, contexts: ContextCache): LoadedMaterial {
  const loaded = certificates.map((one, index) =>
    contexts.certificate(one, () => loadCertificate(one, `${MATERIAL_PATH}.tls_certificates[${index}]`)),
  )
  const path = `${MATERIAL_PATH}.validation_context`
  return { loaded, peer: validation === undefined ? undefined : new PeerValidation(validation, contexts, path) }
}
