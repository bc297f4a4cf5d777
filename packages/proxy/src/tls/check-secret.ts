import type { SecretConfig } from '../config/tls-model.ts'
import { ContextCache } from './context-cache.ts'
import { readDataSource } from './data-source.ts'
import { PeerValidation } from './peer-validation.ts'
import { loadCertificate } from './secure-contexts.ts'

/** Throws MizzenError with the field's path within the secret if it is of no use. */
export function checkSecret({ value }: SecretConfig): void {
  if (value.kind === 'certificate') loadCertificate(value.certificate, 'tls_certificate')
  else if (value.kind === 'validation')
    void new PeerValidation(value.validation, new ContextCache(), 'validation_context')
  else value.keys.forEach((key, index) => void readDataSource(key, `session_ticket_keys.keys[${index}]`))
}
