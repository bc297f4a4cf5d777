import { MizzenError } from '@mizzen/base'
import { describeFinding, describeVerdict, type Entry, type Replay, replay, settingsOf } from '@mizzen/rollout'
import { FACT_FORMATS, printFacts, readFormat } from './print-report.ts'

/** What the judgement would have been with the settings of the command line. */
export function replayRecord(
  name: string,
  entries: readonly Entry[],
  options: Readonly<Record<string, string>>,
): string {
  const format = readFormat(options.output ?? 'text', FACT_FORMATS)
  const settings = settingsOf({
    falseAlarm: number(options, 'falseAlarm'),
    miss: number(options, 'miss'),
    minimumEffect: number(options, 'minimumEffect'),
    latencyEffect: number(options, 'latencyEffect'),
  })
  const result = replay(entries, settings)
  return printFacts({ name, settings, ...result }, format, () => replayText(name, result))
}

function replayText(name: string, result: Replay): string {
  const when = result.at === null ? '' : ` after ${result.samples} samples (${new Date(result.at).toISOString()})`
  const findings = result.verdict.findings.map((finding) => `  ${describeFinding(finding)}\n`)
  return `${name}: ${result.answer}${when}\n  ${describeVerdict(result.verdict)}\n${findings.join('')}`
}

function number(options: Readonly<Record<string, string>>, name: string): number {
  const value = Number(options[name])
  if (Number.isFinite(value) && value > 0) return value
  throw new MizzenError('usage', `${name}: ${JSON.stringify(options[name])} is not a number above 0`)
}
