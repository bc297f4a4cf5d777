import { describeCombined, describeFinding } from './describe-verdict.ts'
import { describeFailure } from './failed-request.ts'
import type { Report } from './report.ts'

/** For a terminal. */
export function renderText(name: string, report: Report): string {
  const lines = [
    `${name}: ${report.verdict} (${report.phase}) at ${report.weight} %, steps done: ${report.step}`,
    `  why:      ${report.code}: ${report.reason}`,
    ...(report.problem === '' ? [] : [`  problem:  ${report.problem}`]),
    `  judged:   ${report.judgement}`,
    `  requests: ${report.canaryRequests} to the canary, ${report.failedCanaryRequests} failed, in ${seconds(report)} s`,
    'timeline:',
    ...report.timeline.map(
      ({ time, weight, code, message }) =>
        `  ${time.slice(11, 23)}  ${String(weight).padStart(3)} %  ${code}: ${message}`,
    ),
    ...evidenceLines(report, '  '),
    ...(report.failures.length === 0 ? [] : ['failed requests:']),
    ...report.failures.map((failed) => `  ${describeFailure(failed)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** For a pull request. */
export function renderMarkdown(name: string, report: Report): string {
  const rows = report.timeline.map(
    ({ time, weight, code, message }) => `| ${time.slice(11, 19)} | ${weight} % | ${code} | ${cell(message)} |`,
  )
  return [
    `### Canary ${name}: ${report.verdict}`,
    '',
    `${report.reason} — ${report.canaryRequests} requests to the canary, ${report.failedCanaryRequests} failed, ${seconds(report)} s.`,
    '',
    '| time | weight | reason | |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...evidenceLines(report, '- '),
    ...(report.failures.length === 0 ? [] : ['', 'Failed requests:', '']),
    ...report.failures.map((failed) => `- \`${describeFailure(failed).replaceAll('`', "'")}\``),
    '',
  ].join('\n')
}

/** One test case: passed if promoted. With what Jenkins' schema (junit-10.xsd) asks for. */
export function renderJUnit(name: string, report: Report): string {
  const passed = report.verdict === 'promoted'
  const lines = [report.judgement, ...evidenceLines(report, '  '), ...report.failures.map(describeFailure)]
  const details = lines.map((line) => `\n${xml(line)}`).join('')
  const failure = `<failure type="${xml(report.code)}" message="${xml(report.reason)}">${details}\n</failure>`
  const began = report.timeline[0]?.time ?? ''
  const counts = `tests="1" failures="${passed ? 0 : 1}" errors="0" skipped="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="canary" ${counts} time="${seconds(report)}" timestamp="${began}">`,
    `  <testcase classname="canary" name="${xml(name)}" time="${seconds(report)}">${passed ? '' : failure}</testcase>`,
    '</testsuite>',
    '',
  ].join('\n')
}

/** A heading with what decides, and what that is made of; none while nothing has been judged. */
function evidenceLines({ combinedEvidence, evidence }: Report, bullet: string): readonly string[] {
  if (combinedEvidence === null || evidence.length === 0) return []
  const findings = evidence.map((finding) => `${bullet}${describeFinding(finding)}`)
  // Between heading and list Markdown wants a blank line.
  return [`evidence (${describeCombined(combinedEvidence)}):`, ...(bullet === '- ' ? [''] : []), ...findings]
}

function seconds({ durationMs }: Report): string {
  return (durationMs / 1000).toFixed(1)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What no XML may hold (XML 1.0, production Char) is left out: paths come from outside. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] as string)
}
