import type { Analyzer, Report } from '../analyzer.ts'
import { certificatesIn, type FoundCertificate } from '../facts/certificates.ts'
import type { Subject } from '../subject.ts'

const DAY_MS = 86_400_000
/** Time for somebody to notice and to act. */
const NEAR_DAYS = 30

/** @param now milliseconds since 1970 */
export function certificates(now: () => number): Analyzer {
  return {
    name: 'mizzen.CertificateAnalyzer',
    summary: `certificates that end within ${NEAR_DAYS} days`,
    dated: true,
    analyze(mesh, report) {
      for (const subject of [...mesh.all('Secret'), ...mesh.all('ConfigMap')]) {
        for (const found of firstToEnd(certificatesIn(subject))) reportEnd(subject, found, now(), report)
      }
    },
  }
}

/** Of each field the one that ends first: it ends the chain. */
function firstToEnd(all: readonly FoundCertificate[]): readonly FoundCertificate[] {
  const first = new Map<string, FoundCertificate>()
  for (const one of all) {
    const best = first.get(one.path)
    if (best === undefined || endOf(one) < endOf(best)) first.set(one.path, one)
  }
  return [...first.values()]
}

function endOf({ certificate }: FoundCertificate): number {
  return Date.parse(certificate.validTo)
}

function reportEnd(subject: Subject, found: FoundCertificate, now: number, report: Report): void {
  const end = endOf(found)
  const days = Math.floor((end - now) / DAY_MS)
  if (Number.isNaN(end) || days >= NEAR_DAYS) return
  const date = new Date(end).toISOString().slice(0, 10)
  const name = found.certificate.subject.replaceAll('\n', ', ') || 'without a subject'
  const when = days < 0 ? `ended on ${date}` : `ends on ${date}, in ${days} days`
  report(subject, 'MZN0107', found.path, `its certificate ${name} ${when}`)
}
