import type { ServerTLSSettings } from '../kinds/networking/policy/server-tls.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { isCipherSuite } from './cipher-suites.ts'
import { refuse, warn } from './findings.ts'

/** One of each type of key: RSA and ECDSA. */
const MAX_CERTIFICATES = 2

export function checkServerTls(tls: ServerTLSSettings | undefined, path: string, report: Report): void {
  if (tls === undefined) return
  const { mode = 'PASSTHROUGH', minProtocolVersion = '', cipherSuites = [] } = tls
  if (/_[01]$/.test(minProtocolVersion) && cipherSuites.length === 0) {
    const hint = 'set cipherSuites'
    warn(report, 'no-cipher', `${path}.minProtocolVersion`, 'the default ciphers are none for versions below 1.2', hint)
  }
  checkCiphers(cipherSuites, `${path}.cipherSuites`, report)
  checkOneSource(tls, path, report)
  if (mode === 'ISTIO_MUTUAL') refuseCertificates(tls, path, report)
  else if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') warnOfCertificates(tls, path, report)
  else checkCertificates(tls, mode, path, report)
}

function checkCiphers(suites: readonly string[], path: string, report: Report): void {
  suites.forEach((suite, index) => {
    const at = itemPath(path, index)
    if (!isCipherSuite(suite)) warn(report, 'unknown-word', at, `"${suite}" is not a cipher suite; ignored`)
    else if (suites.indexOf(suite) < index) warn(report, 'duplicate', at, `"${suite}" is there already; ignored`)
  })
}

const CERTIFICATE_FIELDS = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'credentialName',
  'credentialNames',
  'tlsCertificates',
] as const

function refuseCertificates(tls: ServerTLSSettings, path: string, report: Report): void {
  for (const name of CERTIFICATE_FIELDS) {
    if (isGiven(tls[name])) {
      refuse(report, 'conflict', `${path}.${name}`, 'ISTIO_MUTUAL takes the certificates of the mesh', `remove ${name}`)
    }
  }
}

function warnOfCertificates(tls: ServerTLSSettings, path: string, report: Report): void {
  const name = [...CERTIFICATE_FIELDS, 'caCrl' as const].find((field) => isGiven(tls[field]))
  if (name !== undefined) warn(report, 'no-effect', `${path}.${name}`, 'not used: the connection is passed through')
  if (isGiven(tls.caCrl) && isGiven(tls.credentialName)) {
    refuse(report, 'conflict', `${path}.caCrl`, 'with credentialName, the credential holds what is revoked')
  }
}

/** In every mode, though not every mode uses it. */
function checkOneSource(tls: ServerTLSSettings, path: string, report: Report): void {
  const { serverCertificate, privateKey, credentialName, credentialNames, tlsCertificates } = tls
  const sources = [
    isGiven(credentialName),
    isGiven(credentialNames),
    isGiven(tlsCertificates),
    isGiven(serverCertificate) && isGiven(privateKey),
  ]
  if (sources.filter(Boolean).length < 2) return
  const message = 'only one of credentialName, credentialNames, tlsCertificates and serverCertificate may be set'
  refuse(report, 'conflict', path, message)
}

/** SIMPLE, MUTUAL and OPTIONAL_MUTUAL: the server's certificate; for the latter two what clients' are checked by. */
function checkCertificates(tls: ServerTLSSettings, mode: string, path: string, report: Report): void {
  const { serverCertificate, privateKey, caCertificates, credentialName, credentialNames, tlsCertificates = [] } = tls
  for (const list of ['credentialNames', 'tlsCertificates'] as const) {
    if ((tls[list]?.length ?? 0) <= MAX_CERTIFICATES) continue
    warn(report, 'too-many', `${path}.${list}`, `more than ${MAX_CERTIFICATES} certificates; the rest is ignored`)
  }
  if (isGiven(credentialName) || isGiven(credentialNames)) return
  const need = (given: string | undefined, field: string, what: string) => {
    if (!given) refuse(report, 'missing-field', field, `${mode} needs ${what}`)
  }
  if (tlsCertificates.length > 0) {
    tlsCertificates.forEach((certificate, index) => {
      const at = itemPath(`${path}.tlsCertificates`, index)
      need(certificate.serverCertificate, `${at}.serverCertificate`, 'a certificate')
      need(certificate.privateKey, `${at}.privateKey`, 'a private key')
    })
  } else {
    need(serverCertificate, `${path}.serverCertificate`, 'a certificate')
    need(privateKey, `${path}.privateKey`, 'a private key')
  }
  if (mode !== 'SIMPLE')
    need(caCertificates, `${path}.caCertificates`, "a bundle that clients' certificates are checked by")
  else if (isGiven(tls.caCrl)) refuse(report, 'conflict', `${path}.caCrl`, 'SIMPLE asks for no certificates to revoke')
}

function isGiven(value: string | readonly unknown[] | undefined): boolean {
  return value !== undefined && value.length > 0
}
