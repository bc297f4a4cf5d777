import { count, UsageError } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../measure/statistics.ts'
import { wilsonInterval } from '../measure/wilson-interval.ts'
import { ArgoRule } from './argo-rule.ts'
import { FlaggerRule } from './flagger-rule.ts'
import { MizzenRule } from './mizzen-rule.ts'
import { randomStream } from './random-stream.ts'
import type { Rule } from './rule.ts'
import { FAULTY, HEALTHY, type Named } from './scenarios.ts'
import { type Run, simulate } from './simulation.ts'

type MakeRule = (routes: number, seed: number) => Rule

const RULES: Readonly<Record<string, MakeRule>> = {
  mizzen: (routes, seed) => new MizzenRule(routes, randomStream(-seed)),
  flagger: () => new FlaggerRule(),
  argo: () => new ArgoRule(),
}

interface Line {
  readonly scenario: string
  readonly rule: string
  readonly runs: number
  readonly rolledBack: number
  readonly promoted: number
  readonly secondsP50: number
  readonly secondsP95: number
  readonly canaryRequestsP50: number
  readonly failedRequestsP50: number
}

/** A share near one half of the runs needs fewer of them than one near a hundredth. */
const FAULTY_PART = 5

/** False alarms and power of the judgement, against the documented rules of Flagger and Argo on the same streams. */
export const canarySimulationCommand: Bench = {
  usage: '[--runs N] [--only mizzen,flagger,argo] [--requests RATE] [--routes N]',
  async run(given, signal, say) {
    const runs = count('runs', given, 1000)
    const rules = given.only?.split(',') ?? Object.keys(RULES)
    const unknown = rules.find((rule) => RULES[rule] === undefined)
    if (unknown !== undefined) throw new UsageError(`--only: unknown ${unknown}`)
    const rate = given.requests === undefined ? undefined : count('requests', given, 1)
    const routes = given.routes === undefined ? 0 : count('routes', given, 0)
    const measure = async (named: readonly Named[], times: number) => {
      const lines: Line[] = []
      for (const one of named) {
        // A signal is heard between two cells.
        await new Promise((resolve) => setImmediate(resolve))
        if (signal.aborted || (rate !== undefined && one.scenario.requestsPerSecond !== rate)) continue
        for (const rule of rules) {
          const measured = line(one, RULES[rule] as MakeRule, { rule, runs: times, routes })
          lines.push(measured)
          say(`${one.name}, ${rule}: ${(measured.rolledBack * 100).toFixed(2)} % of ${times} rolled back`)
        }
      }
      return lines
    }
    const healthy = await measure(HEALTHY, runs)
    const faulty = await measure(FAULTY, Math.ceil(runs / FAULTY_PART))
    const text = [table('healthy: part that is rolled back', healthy), table('faulty', faulty)].join('\n\n')
    return { facts: { healthy, faulty }, text }
  },
}

interface Cell {
  readonly rule: string
  readonly runs: number
  /** That our judgement is told of. */
  readonly routes: number
}

function line({ name, scenario }: Named, make: MakeRule, { rule, runs, routes }: Cell): Line {
  const results = Array.from({ length: runs }, (_, seed) => simulate(make(routes, seed + 1), scenario, seed + 1))
  const part = (ending: Run['ending']) => results.filter((run) => run.ending === ending).length / runs
  const decided = results.filter(({ ending }) => ending !== 'undecided')
  const seconds = decided.map(({ durationMs }) => durationMs / 1000)
  return {
    scenario: name,
    rule,
    runs,
    rolledBack: part('rolled back'),
    promoted: part('promoted'),
    secondsP50: quantile(seconds, 0.5),
    secondsP95: quantile(seconds, 0.95),
    canaryRequestsP50: quantile(
      decided.map(({ canaryRequests }) => canaryRequests),
      0.5,
    ),
    failedRequestsP50: quantile(
      decided.map(({ failedCanaryRequests }) => failedCanaryRequests),
      0.5,
    ),
  }
}

const COLUMNS = ['rolled back', 'at most', 'promoted', 's p50', 's p95', 'requests', 'failed']

function table(title: string, lines: readonly Line[]): string {
  const head = title.padEnd(36) + COLUMNS.map((column) => column.padStart(13)).join('')
  const rows = lines.map((one) => {
    const percent = (share: number) => `${(share * 100).toFixed(2)} %`
    const cells = [
      percent(one.rolledBack),
      percent(wilsonInterval(Math.round(one.rolledBack * one.runs), one.runs).high),
      percent(one.promoted),
      one.secondsP50.toFixed(1),
      one.secondsP95.toFixed(1),
      one.canaryRequestsP50.toFixed(0),
      one.failedRequestsP50.toFixed(0),
    ]
    return `${one.scenario.padEnd(26)}${one.rule.padEnd(10)}${cells.map((cell) => cell.padStart(13)).join('')}`
  })
  return [head, ...rows].join('\n')
}
