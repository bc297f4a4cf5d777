import { count, selection } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { CONTENDERS } from '../contenders/contenders.ts'
import { withSetting } from '../proxy/with-setting.ts'
import { textTable } from '../text-table.ts'
import { type EnduranceResult, endurance } from './endurance.ts'

/** How far memory may go up or down, MiB. */
const LIMIT_MIB = 10
const BOTH = CONTENDERS.filter(({ name }) => name === 'mizzen' || name === 'envoy')

export const enduranceCommand: Bench = {
  usage: '[--requests N] [--connections N] [--proxies mizzen,envoy]',
  async run(given, signal, say) {
    const contenders = selection('proxies', { proxies: 'mizzen', ...given }, BOTH).map(({ make }) => make())
    const amounts = {
      requests: count('requests', given, 10_000_000),
      connections: count('connections', given, 100_000),
    }
    const options = { seconds: 1, runs: 1, contenders, signal, say }
    const facts = await withSetting(options, (setting) => endurance(amounts, setting))
    return { facts, text: report(facts) }
  },
}

function report(results: readonly EnduranceResult[]): string {
  return textTable(
    ['proxy', 'after', 'count', 'MiB, warm', 'least', 'most', 'end', 'drift', `±${LIMIT_MIB}`],
    results.map(({ proxy, phase, count, residentMiB, driftMiB }) => [
      proxy,
      phase,
      String(count),
      ...[residentMiB[1], Math.min(...residentMiB), Math.max(...residentMiB), residentMiB.at(-1), driftMiB].map(
        (value) => (value as number).toFixed(1),
      ),
      Math.abs(driftMiB) <= LIMIT_MIB ? 'met' : 'MISSED',
    ]),
    2,
  )
}
