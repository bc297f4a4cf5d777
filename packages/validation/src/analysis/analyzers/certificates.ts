import type { Analyzer } from '../analyzer.ts'
import { keyPairOf } from '../facts/key-pair.ts'

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
      for (const secret of mesh.all('Secret')) {
        const certificate = keyPairOf(secret)?.certificate
        if (certificate === undefined) continue
        const end = Date.parse(certificate.validTo)
        const days = Math.floor((end - now()) / DAY_MS)
        if (Number.isNaN(end) || days >= NEAR_DAYS) continue
        const date = new Date(end).toISOString().slice(0, 10)
        report(
          secret,
          'MZN0107',
          '',
          days < 0 ? `its certificate ended on ${date}` : `its certificate ends on ${date}, in ${days} days`,
        )
      }
    },
  }
}
