import type { X509Certificate } from 'node:crypto'
import type { CertificateIdentity } from './certificate-identity.ts'

/** Number of an error of BoringSSL's library "SSL", without its reason (ERR_PACK(ERR_LIB_SSL, 0)). */
const SSL_LIBRARY = 0x1000_0000
/** Reasons of alerts are their numbers and this (SSL_AD_REASON_OFFSET). */
const ALERT_OFFSET = 1000

/** Alerts by number (RFC 8446 6), as BoringSSL names the errors that it makes of them. */
const ALERTS: Readonly<Record<number, string>> = {
  20: 'SSLV3_ALERT_BAD_RECORD_MAC',
  40: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
  42: 'SSLV3_ALERT_BAD_CERTIFICATE',
  43: 'SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  44: 'SSLV3_ALERT_CERTIFICATE_REVOKED',
  45: 'SSLV3_ALERT_CERTIFICATE_EXPIRED',
  46: 'SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  47: 'SSLV3_ALERT_ILLEGAL_PARAMETER',
  48: 'TLSV1_ALERT_UNKNOWN_CA',
  49: 'TLSV1_ALERT_ACCESS_DENIED',
  50: 'TLSV1_ALERT_DECODE_ERROR',
  51: 'TLSV1_ALERT_DECRYPT_ERROR',
  70: 'TLSV1_ALERT_PROTOCOL_VERSION',
  71: 'TLSV1_ALERT_INSUFFICIENT_SECURITY',
  80: 'TLSV1_ALERT_INTERNAL_ERROR',
  86: 'TLSV1_ALERT_INAPPROPRIATE_FALLBACK',
  90: 'TLSV1_ALERT_USER_CANCELLED',
  112: 'TLSV1_ALERT_UNRECOGNIZED_NAME',
  116: 'TLSV1_ALERT_CERTIFICATE_REQUIRED',
  120: 'TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
}

/** Numbers of other errors that an upstream can bring about. */
const REASONS: Readonly<Record<string, number>> = { WRONG_VERSION_NUMBER: 247, UNSUPPORTED_PROTOCOL: 240 }

/** An error of Node's TLS library in the words of Envoy's. */
export function handshakeFailure(message: string): string {
  const alert = Number(/alert number (\d+)/.exec(message)?.[1] ?? Number.NaN)
  const name = ALERTS[alert]
  if (name !== undefined) return failure(`${SSL_LIBRARY + ALERT_OFFSET + alert}`, name)
  const reason = (/SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message).trim().toUpperCase().replaceAll(' ', '_')
  const number = REASONS[reason]
  return failure(number === undefined ? '' : `${SSL_LIBRARY + number}`, reason)
}

/** The peer's certificate is not taken. */
export function verifyFailure(reason: string): string {
  return failure('268435581', `CERTIFICATE_VERIFY_FAILED:verify cert failed: ${reason}`)
}

function failure(number: string, what: string): string {
  return `TLS_error:|${number}:SSL routines:OPENSSL_internal:${what}:TLS_error_end`
}

/** What the library found wrong with the chain, as Envoy's library says it; the depth is where such errors are found. */
export function chainFailure(message: string, { certificate }: CertificateIdentity): string {
  const words = message
    .replace('self-signed', 'self signed')
    .replace('unsuitable certificate purpose', 'unsupported certificate purpose')
  const depth = message.includes('chain') || message.includes('issuer') ? lastDepth(certificate) : 0
  return `X509_verify_cert: certificate verification error at depth ${depth}: ${words}`
}

const MAX_DEPTH = 10

function lastDepth(leaf: X509Certificate): number {
  let depth = 0
  let certificate = leaf.issuerCertificate
  while (certificate !== undefined && depth < MAX_DEPTH) {
    depth += 1
    certificate = certificate.issuerCertificate
  }
  return depth
}
