import type { CombinedEvidence, Finding, Rate, Verdict } from '../judge/verdict.ts'

/**
 * A verdict in a sentence or two, with its numbers. What speaks against a canary is what all checks say together; the
 * strongest of them is told in full.
 */
export function describeVerdict(verdict: Verdict): string {
  const [strongest] = verdict.findings
  if (verdict.answer === 'fail' && strongest !== undefined) {
    return `${describeObservation(strongest)}; ${describeCombined(verdict.combined)}`
  }
  if (verdict.answer === 'pass') return 'the canary is no worse than the stable version'
  const more =
    verdict.needed === null ? 'more requests of this kind will not settle it' : `about ${verdict.needed} more requests`
  return `${verdict.missing} (${more})`
}

/** What speaks against the canary in all, and from where on that is called worse. */
export function describeCombined({ evidence, limit }: CombinedEvidence): string {
  return `all checks together: ${format(evidence)} to 1 that it is worse, ${format(limit)} to 1 decides`
}

/** One check by its name, with its part in the whole. */
export function describeFinding(finding: Finding): string {
  const { check, quantile, evidence } = finding
  const name = quantile === undefined ? check : `${check} p${Number((quantile * 100).toPrecision(3))}`
  const part = Math.round(finding.share * 100)
  const share = part === 0 ? 'less than 1 %' : `${part} %`
  return `${describeObservation(finding)} (${name}: ${format(evidence)} to 1, ${share} of the whole)`
}

function describeObservation(finding: Finding): string {
  const where = `${finding.side === 'caller' ? 'as callers see it' : 'as servers see it'}${finding.route === '' ? '' : `, route ${finding.route}`}`
  const versions = `${describeRate(finding.canary)} of the canary's requests against ${describeRate(finding.stable)} of the stable version's`
  if (finding.check !== 'latency') return `${versions} failed, ${where}`
  const slow = finding.slowMs
  const over = slow === undefined ? '' : ` (over ${slow.canary} ms against ${slow.stable} ms)`
  return `${versions} were slow${over}, ${where}`
}

function describeRate({ rate, bad, requests }: Rate): string {
  return `${Number((rate * 100).toPrecision(2))} % (${bad} of ${requests})`
}

function format(odds: number): string {
  if (odds < 10) return String(Number(odds.toPrecision(2)))
  return odds < 1e6 ? String(Math.round(odds)) : odds.toExponential(0).replace('e+', 'e')
}
