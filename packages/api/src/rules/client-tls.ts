import type { ClientTLSSettings } from '../kinds/networking/policy/client-tls.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Credentials come from files or from a Secret, not both; who skips the check of the server gives nothing to check by. */
export function checkClientTls(tls: ClientTLSSettings | undefined, path: string, report: Report): void {
  if (tls === undefined) return
  const { mode, clientCertificate, privateKey, caCertificates, caCrl, credentialName, subjectAltNames } = tls
  const isMutual = mode === 'MUTUAL'
  if (mode !== 'SIMPLE' && !isMutual) return
  const checked = caCertificates || (subjectAltNames ?? []).length > 0 || (!isMutual && credentialName)
  if (tls.insecureSkipVerify === true && checked) {
    const hint = 'remove caCertificates, credentialName and subjectAltNames'
    refuse(report, 'conflict', `${path}.insecureSkipVerify`, 'skips the check that other fields ask for', hint)
  }
  if (credentialName) {
    if (clientCertificate || privateKey || caCertificates || caCrl) {
      refuse(report, 'conflict', `${path}.credentialName`, 'has the certificates; files must not be given too')
    }
    return
  }
  if (isMutual && !clientCertificate)
    refuse(report, 'missing-field', `${path}.clientCertificate`, 'MUTUAL needs a certificate')
  if (isMutual && !privateKey) refuse(report, 'missing-field', `${path}.privateKey`, 'MUTUAL needs a private key')
}
