import type { Finding, Rate, Verdict } from '../judge/verdict.ts'

/** A verdict in a sentence or two, with its numbers. */
export function describeVerdict(verdict: Verdict): string {
  const [strongest] = verdict.findings
  if (verdict.answer === 'fail' && strongest !== undefined) return describeFinding(strongest)
  if (verdict.answer === 'pass') return 'the canary is no worse than the stable version'
  const more =
    verdict.needed === null ? 'more requests of this kind will not settle it' : `about ${verdict.needed} more requests`
  return `${verdict.missing} (${more})`
}

export function describeFinding(finding: Finding): string {
  const where = `${finding.side === 'caller' ? 'as callers see it' : 'as servers see it'}${finding.route === '' ? '' : `, route ${finding.route}`}`
  const odds = `evidence ${format(finding.evidence)} to 1, needed ${format(finding.limit)}`
  const versions = `${describeRate(finding.canary)} of the canary's requests against ${describeRate(finding.stable)} of the stable version's`
  if (finding.check !== 'latency') return `${versions} failed, ${where} (${odds})`
  const slow = finding.slowMs
  const over = slow === undefined ? '' : ` (over ${slow.canary} ms against ${slow.stable} ms)`
  return `${versions} were slow${over}, ${where} (${odds})`
}

function describeRate({ rate, bad, requests }: Rate): string {
  return `${Number((rate * 100).toPrecision(2))} % (${bad} of ${requests})`
}

function format(value: number): string {
  return value < 1000 ? value.toPrecision(2) : value.toExponential(0).replace('e+', 'e')
}
