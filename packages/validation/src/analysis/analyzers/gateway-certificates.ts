import type { Analyzer, Report } from '../analyzer.ts'
import { selects } from '../facts/selector.ts'
import { type Fields, isFields, items, type Labels, labelsIn, text } from '../loose.ts'
import type { Derived } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const gatewayCertificates: Analyzer = {
  name: 'gateway.CertificateAnalyzer',
  summary: 'certificates that several Gateways of the same proxies use',
  analyze(mesh, report) {
    for (const users of mesh.derived(usersByCertificate).values()) {
      if (users.length > 1) reportSharing(users, report)
    }
  },
}

interface User {
  readonly gateway: Subject
  readonly selector: Labels
}

/** Gateways by the certificate that a server of theirs has. */
const usersByCertificate: Derived<ReadonlyMap<string, readonly User[]>> = {
  build(mesh) {
    const users = new Map<string, User[]>()
    for (const gateway of mesh.all('Gateway')) {
      const selector = labelsIn(gateway.spec.selector)
      for (const certificate of certificatesOf(gateway)) {
        users.set(certificate, [...(users.get(certificate) ?? []), { gateway, selector }])
      }
    }
    return users
  },
}

function certificatesOf({ spec }: Subject): ReadonlySet<string> {
  const settings = items(spec.servers).flatMap(({ tls }) => (isFields(tls) ? [tls] : []))
  return new Set(settings.map(certificateOf).filter((one) => one !== ''))
}

/** A Secret's name, or the files of certificate and key. */
function certificateOf({ credentialName, serverCertificate, privateKey }: Fields): string {
  const name = text(credentialName)
  if (name !== '') return `secret\n${name}`
  const [certificate, key] = [text(serverCertificate), text(privateKey)]
  return certificate === '' || key === '' ? '' : `files\n${certificate}\n${key}`
}

/** A proxy of the one is also of the other if the other asks for at least the same labels. */
function reportSharing(users: readonly User[], report: Report): void {
  for (const one of users) {
    for (const other of users) {
      if (one === other || !selects(one.selector, other.selector)) continue
      const message = `its certificate is also that of Gateway ${fullName(other.gateway)}`
      report(one.gateway, 'IST0138', 'metadata.name', message)
    }
  }
}
