import { ServerError } from '../../test/server-process.ts'
import { BenchError } from '../bench-error.ts'
import { failedRows, type Row, rowsOf } from './report.ts'
import { byteRows } from './rows/bytes.ts'
import { grpcRows } from './rows/grpc.ts'
import { http1Rows } from './rows/http1.ts'
import { http2Rows } from './rows/http2.ts'
import { latency } from './rows/latency.ts'
import { memoryRows } from './rows/memory.ts'
import { tlsRows } from './rows/tls-connections.ts'
import type { Scenario } from './scenario.ts'
import type { Setting } from './setting.ts'
import { type SettingOptions, withSetting } from './with-setting.ts'

/** In the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  ...http1Rows,
  ...http2Rows,
  ...grpcRows,
  ...byteRows,
  ...tlsRows,
  latency,
  ...memoryRows,
]

/** Runs the scenarios one after the other against the same upstreams. */
export function proxyBench(scenarios: readonly Scenario[], options: SettingOptions): Promise<Row[]> {
  return withSetting(options, async (setting) => {
    const rows: Row[] = []
    for (const scenario of scenarios) rows.push(...(await rowsOrFailure(scenario, setting)))
    return rows
  })
}

/** One scenario that cannot be run does not void the others. */
async function rowsOrFailure(scenario: Scenario, setting: Setting): Promise<Row[]> {
  try {
    return rowsOf(scenario, await scenario.run(setting))
  } catch (error) {
    if (setting.signal.aborted || !(error instanceof BenchError || error instanceof ServerError)) throw error
    setting.say(`${scenario.name}: failed: ${error.message}`)
    return failedRows(scenario)
  }
}
