import type { CertificateView, ContextCertificates } from '../tls/certificate-view.ts'

const DAY_MS = 24 * 3600 * 1000
/** What Envoy says where there is no certificate. */
const NONE = 4_294_967_295

/** Envoy's `/certs` (envoy.admin.v3.Certificates). @param nowMs ms since the epoch */
export function certsJson(contexts: readonly ContextCertificates[], nowMs: number): unknown {
  const describe = (certificate: CertificateView) => describeCertificate(certificate, nowMs)
  return {
    certificates: contexts.map(({ roots, chain }) => ({
      ca_cert: roots.map(describe),
      cert_chain: chain.map(describe),
    })),
  }
}

/** Whole days until the first certificate in use expires; 0 if one has. @param nowMs ms since the epoch */
export function daysUntilFirstExpiry(contexts: readonly ContextCertificates[], nowMs: number): number {
  const ends = contexts.flatMap(({ roots, chain }) => [...roots, ...chain].map(({ validToMs }) => validToMs))
  return ends.length === 0 ? NONE : daysUntil(Math.min(...ends), nowMs)
}

function describeCertificate(certificate: CertificateView, nowMs: number): unknown {
  const names = [
    ...certificate.dnsSans.map((dns) => ({ dns })),
    ...certificate.uriSans.map((uri) => ({ uri })),
    ...certificate.ipSans.map((ip_address) => ({ ip_address })),
  ]
  return {
    path: certificate.path,
    serial_number: certificate.serialNumber,
    subject_alt_names: names,
    days_until_expiration: String(daysUntil(certificate.validToMs, nowMs)),
    valid_from: seconds(certificate.validFromMs),
    expiration_time: seconds(certificate.validToMs),
  }
}

function daysUntil(endMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((endMs - nowMs) / DAY_MS))
}

function seconds(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
