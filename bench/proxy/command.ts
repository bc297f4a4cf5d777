import { count, selection } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { CONTENDERS } from '../contenders/contenders.ts'
import { proxyBench, SCENARIOS } from './proxy-bench.ts'
import { table } from './report.ts'

export const proxyCommand: Bench = {
  usage: '[--only ROW,ROW] [--proxies NAME,NAME] [--seconds N] [--runs N] [--profile DIR]',
  async run(given, signal, say) {
    const rows = await proxyBench(selection('only', given, SCENARIOS), {
      seconds: count('seconds', given, 3),
      runs: count('runs', given, 5),
      contenders: selection('proxies', given, CONTENDERS).map(({ make }) => make(given.profile)),
      ...{ signal, say },
    })
    return { facts: rows, text: table(rows), incomplete: rows.some(({ verdict }) => verdict === 'failed') }
  },
}
