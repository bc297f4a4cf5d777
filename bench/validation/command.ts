import { count } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { type Cost, validationFigures } from './validation.ts'

const DOCUMENTS = 10_000

/** Milliseconds and megabytes. */
const TARGETS = { whole: 2_000, hostile: 100, memory: 100 }

export const validationCommand: Bench = {
  usage: '[--runs N]',
  async run(given) {
    const facts = validationFigures(DOCUMENTS, count('runs', given, 5))
    const megabytes = (facts.bytes / 1e6).toFixed(1)
    const whole = facts.whole.map((cost, index) =>
      line(`${DOCUMENTS} documents, ${megabytes} MB, run ${index + 1}`, cost, TARGETS.whole),
    )
    const hostile = Object.entries(facts.hostile).map(([name, cost]) => line(name, cost, TARGETS.hostile))
    const many = line('10,000 documents of a Pod', facts.tenThousand, 1_000)
    const head = `${''.padEnd(44)}${'CPU'.padStart(10)}${'heap'.padStart(10)}${'errors'.padStart(8)}`
    return { facts, text: [head, ...whole, many, '', ...hostile].join('\n') }
  },
}

function line(name: string, { cpuMs, heapMB, errors }: Cost, target: number): string {
  const met = cpuMs <= target && heapMB <= TARGETS.memory ? 'met' : 'MISSED'
  const figures = [
    `${cpuMs.toFixed(0)} ms`.padStart(10),
    `${heapMB.toFixed(0)} MB`.padStart(10),
    `${errors}`.padStart(8),
  ]
  return `${name.padEnd(44)}${figures.join('')}   (target ${target} ms: ${met})`
}
