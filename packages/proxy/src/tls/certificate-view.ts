import type { CertificateIdentity } from './certificate-identity.ts'
import type { ClientTls } from './client-tls.ts'
import type { ServerTls } from './server-tls.ts'

/** A certificate in use, as plain data. */
export interface CertificateView
  extends Pick<CertificateIdentity, 'serialNumber' | 'dnsSans' | 'uriSans' | 'ipSans' | 'validFromMs' | 'validToMs'> {
  /** The file that it came from; `<inline>` if from none. */
  readonly path: string
}

/** Certificates of one TLS context. */
export interface ContextCertificates {
  readonly roots: readonly CertificateView[]
  /** With those that they were issued through. */
  readonly chain: readonly CertificateView[]
}

/** What a context uses now; nothing while its secrets are missing. */
export function certificatesOf({ certificates, validation }: ServerTls | ClientTls): ContextCertificates {
  const roots = (validation?.roots ?? []).flatMap((one) => one.identities)
  return {
    roots: roots.map((root) => viewOf(validation?.rootPath ?? '', root)),
    chain: certificates.flatMap(({ path, identity, issuers }) =>
      [identity, ...issuers].map((one) => viewOf(path, one)),
    ),
  }
}

function viewOf(path: string, identity: CertificateIdentity): CertificateView {
  const { serialNumber, dnsSans, uriSans, ipSans, validFromMs, validToMs } = identity
  return { path, serialNumber, dnsSans, uriSans, ipSans, validFromMs, validToMs }
}
