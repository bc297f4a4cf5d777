import type { X509Certificate } from 'node:crypto'

/** What a certificate says of its holder. Immutable. */
export interface CertificateIdentity {
  /** RFC 2253, the last attribute first, as Envoy prints it: `CN=a,O=b`. */
  readonly subject: string
  readonly issuer: string
  /** Lower-case hexadecimal digits. */
  readonly serialNumber: string
  /** SHA-256 and SHA-1 of the DER form, lower-case hexadecimal digits. */
  readonly fingerprint256: string
  readonly fingerprint1: string
  readonly uriSans: readonly string[]
  readonly dnsSans: readonly string[]
  readonly ipSans: readonly string[]
  readonly emailSans: readonly string[]
  /** Ms since the epoch. */
  readonly validFromMs: number
  readonly validToMs: number
  readonly certificate: X509Certificate
}

export function identityOf(certificate: X509Certificate): CertificateIdentity {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    serialNumber: certificate.serialNumber.toLowerCase(),
    fingerprint256: hex(certificate.fingerprint256),
    fingerprint1: hex(certificate.fingerprint),
    ...subjectAltNames(certificate.subjectAltName ?? ''),
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
    certificate,
  }
}

/** Node prints a line for each attribute, in the order of the certificate. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',')
}

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}

type Sans = Pick<CertificateIdentity, 'uriSans' | 'dnsSans' | 'ipSans' | 'emailSans'>

const KINDS = { uriSans: 'URI:', dnsSans: 'DNS:', ipSans: 'IP Address:', emailSans: 'email:' } as const

/** Node's text of the extension: `DNS:a, URI:b`; values that would be ambiguous are JSON strings. */
export function subjectAltNames(text: string): Sans {
  const parts = text.match(/[^:,"]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g) ?? []
  const entries = parts.map((part) => part.replace(/, $/, ''))
  const of = (kind: string) =>
    entries.flatMap((entry) => (entry.startsWith(kind) ? [unquoted(entry.slice(kind.length))] : []))
  return {
    uriSans: of(KINDS.uriSans),
    dnsSans: of(KINDS.dnsSans),
    ipSans: of(KINDS.ipSans),
    emailSans: of(KINDS.emailSans),
  }
}

function unquoted(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value
}
