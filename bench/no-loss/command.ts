import { envoyProgram, mizzenProgram } from '../../test/twin/data-plane.ts'
import { count, selection, UsageError } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { requiredTool } from '../required-tool.ts'
import { textTable } from '../text-table.ts'
import { DISTURBANCES } from './disturbances.ts'
import { type NoLossResult, noLoss } from './no-loss.ts'

const PROXIES = [
  { name: 'mizzen', program: () => mizzenProgram },
  { name: 'envoy', program: () => envoyProgram(requiredTool('envoy')) },
]
const MODES = { delta: 'DELTA_GRPC', sotw: 'GRPC' } as const

export const noLossCommand: Bench = {
  usage: `[--seconds N] [--proxies mizzen,envoy] [--mode delta|sotw] [--only ${DISTURBANCES.map(({ name }) => name).join(',')}]`,
  async run(given, _signal, say) {
    const { mode = 'delta' } = given
    if (mode !== 'delta' && mode !== 'sotw') throw new UsageError(`--mode ${mode}: delta or sotw`)
    const facts: NoLossResult[] = []
    for (const { program } of selection('proxies', given, PROXIES)) {
      const disturbances = selection('only', given, DISTURBANCES)
      const options = { program: program(), apiType: MODES[mode], seconds: count('seconds', given, 60), say }
      facts.push(...(await noLoss({ ...options, disturbances })))
    }
    return { facts, text: report(facts), incomplete: facts.some(({ failures }) => Object.keys(failures).length > 0) }
  },
}

function report(results: readonly NoLossResult[]): string {
  return textTable(
    ['proxy', 'disturbance', 'times', 'requests', 'failed'],
    results.map(({ proxy, disturbance, count, requests, failures }) => [
      ...[proxy, disturbance, String(count), String(requests)],
      Object.entries(failures)
        .map(([outcome, times]) => `${times} × ${outcome}`)
        .join(', ') || 'none',
    ]),
    2,
  )
}
