import { count } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../measure/statistics.ts'
import { propagation } from './propagation.ts'

export const propagationCommand: Bench = {
  usage: '[--runs N]',
  async run(given, signal, say) {
    const facts = await propagation({ runs: count('runs', given, 20), signal, say })
    const row = (name: string, values: readonly number[]) =>
      [name.padEnd(42), ...[0.5, 0.99].map((share) => `${quantile(values, share).toFixed(0)} ms`.padStart(8))].join('')
    const head = `${'from saving the file'.padEnd(42)}${'p50'.padStart(8)}${'p99'.padStart(8)}`
    const rows = [
      row('to Programmed (all proxies have it)', facts.programmed),
      row('to the last answer of the old version', facts.lastOld),
    ]
    return { facts, text: [head, ...rows].join('\n') }
  },
}
