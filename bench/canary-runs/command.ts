import { count, selection } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../measure/statistics.ts'
import { requiredTool } from '../required-tool.ts'
import { textTable } from '../text-table.ts'
import { canaryRuns, type ScenarioRuns } from './canary-runs.ts'
import { SCENARIOS } from './fault.ts'

const GATEWAYS = [
  { name: 'mizzen', path: () => undefined },
  { name: 'envoy', path: () => requiredTool('envoy') },
]

export const canaryRunsCommand: Bench = {
  usage: `[--runs N] [--proxies mizzen,envoy] [--only ${SCENARIOS.map(({ name }) => name).join(',')}]`,
  async run(given, signal, say) {
    const scenarios = selection('only', given, SCENARIOS)
    const facts: ScenarioRuns[] = []
    for (const { path } of selection('proxies', given, GATEWAYS)) {
      facts.push(...(await canaryRuns({ scenarios, runs: count('runs', given, 20), envoy: path(), signal, say })))
    }
    const wanted = (name: string) =>
      scenarios.find((one) => one.name === name)?.healthyMs === undefined ? 'rolledBack' : 'progressing'
    const missed = facts.some(({ scenario, runs }) => runs.some(({ verdict }) => verdict !== wanted(scenario)))
    return { facts, text: report(facts), incomplete: missed }
  },
}

const COLUMNS = [
  'gateway',
  'fault',
  'taken back',
  'to verdict',
  'p95',
  'to 0 %',
  'p95',
  'in all',
  'p95',
  'requests',
  'failed',
]

function report(results: readonly ScenarioRuns[]): string {
  const rows = results.map(({ gateway, scenario, runs }) => {
    const both = (values: readonly number[]) => [0.5, 0.95].map((share) => `${quantile(values, share).toFixed(0)} ms`)
    const half = (values: readonly number[]) => quantile(values, 0.5).toFixed(0)
    const back = runs.filter(({ verdict }) => verdict === 'rolledBack').length
    return [
      ...[gateway, scenario, `${back} of ${runs.length}`],
      ...both(runs.map(({ decidedMs }) => decidedMs)),
      ...both(runs.map(({ programmedMs }) => programmedMs)),
      ...both(runs.map(({ totalMs }) => totalMs)),
      half(runs.map(({ canaryRequests }) => canaryRequests)),
      half(runs.map(({ failedRequests }) => failedRequests)),
    ]
  })
  return textTable(COLUMNS, rows, 2)
}
