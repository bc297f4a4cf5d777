import { describe, expect, it } from 'vitest'
import { type Report, renderJUnit, renderMarkdown, renderText } from '../src/index.ts'

const FINDING: Report['evidence'][number] = {
  ...{ check: 'failures', side: 'caller', route: 'cart', evidence: 2_100, share: 0.64 },
  canary: { requests: 100, bad: 20, rate: 0.2, low: 0.1, high: 0.3 },
  stable: { requests: 900, bad: 0, rate: 0, low: 0, high: 0.01 },
}

const REPORT: Report = {
  ...{ verdict: 'rolledBack', phase: 'RolledBack', weight: 0, step: 1, code: 'JudgedWorse', problem: '' },
  ...{ reason: '20 % <of> "a" & b', durationMs: 61_234, canaryRequests: 100, failedCanaryRequests: 20 },
  combinedEvidence: { evidence: 740, limit: 111.1 },
  evidence: [FINDING],
  judgement: '20 % failed',
  failures: [
    {
      ...{
        atMs: 0,
        method: 'GET',
        path: '/a\u0000\u001b]0;|`b`\ud800',
        status: 503,
        grpcStatus: undefined,
        flags: 'UH',
      },
      ...{ details: '', durationMs: 3, traceId: undefined, routeName: '', upstreamHost: '', reporter: 'source' },
      ...{ proxy: 'p', pod: 'myapp-v2-1' },
    } as Report['failures'][number],
  ],
  timeline: [
    { time: '2026-01-01T00:00:00.000Z', phase: 'Initializing', weight: 0, code: 'Started', message: 'a | b\nc' },
  ],
}

describe('a report', () => {
  it('in JUnit has what its schema asks for, and nothing that XML can not hold', () => {
    const text = renderJUnit('my<app>', REPORT)
    expect(text).toContain(
      '<testsuite name="canary" tests="1" failures="1" errors="0" skipped="0" time="61.2" timestamp="2026-01-01T00:00:00.000Z">',
    )
    expect(text).toContain('<testcase classname="canary" name="my&lt;app&gt;" time="61.2">')
    expect(text).toContain(
      '<failure type="JudgedWorse" message="20 % &lt;of&gt; &quot;a&quot; &amp; b">\n20 % failed\n',
    )
    expect(text).toContain('GET /a]0;|`b` → 503 UH 3 ms')
    expect(renderJUnit('a', { ...REPORT, verdict: 'promoted' })).toContain('failures="0"')
  })

  it('in Markdown keeps its table', () => {
    expect(renderMarkdown('myapp', REPORT)).toContain('| 00:00:00 | 0 % | Started | a \\| b c |')
  })

  it('names what decides, and each part of that', () => {
    const whole = 'evidence (all checks together: 740 to 1 that it is worse, 111 to 1 decides):'
    const part =
      "20 % (20 of 100) of the canary's requests against 0 % (0 of 900) of the stable version's failed, as callers see it, route cart (failures: 2100 to 1, 64 % of the whole)"
    expect(renderText('myapp', REPORT)).toContain(`\n${whole}\n  ${part}\n`)
    expect(renderMarkdown('myapp', REPORT)).toContain(`\n${whole}\n\n- ${part}\n`)
    expect(renderJUnit('myapp', REPORT)).toContain(`\n${whole}\n  ${part}\n`)
    const slow = { ...FINDING, check: 'latency', quantile: 0.999, share: 0.004, evidence: 0.031 } as const
    const small =
      "of the stable version's were slow, as callers see it, route cart (latency p99.9: 0.031 to 1, less than 1 % of the whole)"
    expect(renderText('myapp', { ...REPORT, evidence: [slow] })).toContain(small)
    expect(renderText('myapp', { ...REPORT, combinedEvidence: null, evidence: [] })).not.toContain('evidence')
  })

  it('for a terminal names what can not be done', () => {
    expect(renderText('myapp', REPORT)).not.toContain('problem:')
    expect(renderText('myapp', { ...REPORT, problem: 'no space' })).toContain('\n  problem:  no space\n')
  })
})
