import { count, selection } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { CONTENDERS } from '../contenders/contenders.ts'
import { withSetting } from '../proxy/with-setting.ts'
import { textTable } from '../text-table.ts'
import { type AttackResult, attackBench } from './attack-bench.ts'
import { ATTACKS } from './attacks.ts'

/** What the p99 of others under an attack may be of what it is without. */
const LIMIT = 2
const BOTH = CONTENDERS.filter(({ name }) => name === 'mizzen' || name === 'envoy')

export const attacksCommand: Bench = {
  usage: '[--only ATTACK,ATTACK] [--proxies mizzen,envoy] [--seconds N] [--runs N]',
  async run(given, signal, say) {
    const options = {
      seconds: count('seconds', given, 5),
      runs: count('runs', given, 3),
      contenders: selection('proxies', given, BOTH).map(({ make }) => make()),
      ...{ signal, say },
    }
    const facts = await withSetting(options, async (setting) => {
      const results: AttackResult[] = []
      for (const attack of selection('only', given, ATTACKS)) results.push(...(await attackBench(attack, setting)))
      return results
    })
    return { facts, text: report(facts) }
  },
}

function report(results: readonly AttackResult[]): string {
  return textTable(
    ['attack', 'what', 'proxy', 'p99 ms', 'attacked', 'ratio', `≤ ${LIMIT}`, 'MiB more', 'opened', 'closed', 'MB sent'],
    results.map((one) => [
      one.attack,
      one.title,
      one.proxy,
      one.quietMs.toFixed(2),
      one.attackedMs.toFixed(2),
      one.ratio.toFixed(2),
      one.ratio <= LIMIT ? 'met' : 'MISSED',
      one.grownMiB.toFixed(1),
      String(one.count.opened),
      String(one.count.closed),
      (one.count.sent / 1e6).toFixed(2),
    ]),
    3,
  )
}
