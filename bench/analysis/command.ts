import { count } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../measure/statistics.ts'
import { analysisFigures } from './analysis.ts'

/** Milliseconds that the whole and one change may take at 10,000 objects. */
const TARGETS = { whole: 5_000, change: 50 }

/** Services of a mesh of 10,000 objects. */
const SERVICES = 998

export const analysisCommand: Bench = {
  usage: '[--runs N]',
  async run(given) {
    const facts = analysisFigures(SERVICES, count('runs', given, 20))
    const changes = Object.entries(facts.changeMs).map(([kind, values]) => {
      const times = [0.5, 0.99].map((share) => `${quantile(values, share).toFixed(1)} ms`.padStart(10))
      return `${`one ${kind} changed`.padEnd(34)}${times.join('')}   (target ${TARGETS.change} ms)`
    })
    const head =
      `${facts.objects} objects, ${facts.findings} findings`.padEnd(34) +
      ['p50', 'p99'].map((name) => name.padStart(10)).join('')
    const whole = `${'the whole'.padEnd(34)}${`${facts.wholeMs.toFixed(0)} ms`.padStart(10)}   (target ${TARGETS.whole} ms)`
    return { facts, text: [head, whole, ...changes].join('\n') }
  },
}
