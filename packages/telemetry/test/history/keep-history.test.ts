import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, ManualClock, silentLogger } from '@mizzen/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeBatch, encodeBatch } from '../../src/history/batch-codec.ts'
import { History } from '../../src/history/history.ts'
import { HistoryFile } from '../../src/history/history-file.ts'
import { keepHistory } from '../../src/history/keep-history.ts'
import { labelsFrom } from '../../src/promql/labels.ts'
import { parseSelector } from '../../src/promql/parse.ts'

const START = 1_700_000_000_000
const TICK = 15_000

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
  file = join(folder, 'history.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function recorder(name: string) {
  return { name, labels: { app: 'a "b"\nc' }, value: 0 }
}

function valuesOf(history: History, name: string): readonly (readonly [number, number])[] {
  const [handle] = history.select(parseSelector(name).matchers, 0, START * 2)
  const data = handle?.read(0, START * 2)
  return Array.from(data?.times ?? [], (time, index) => [(time - START) / TICK, data!.values[index]!] as const)
}

/** Keeps the history of `ticks` ticks from `fromTick` on; returns what was warned of. */
async function run(fromTick: number, ticks: number, series: { value: number; name: string; labels: object }[]) {
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (message: string) => warnings.push(message), scope: () => logger }
  const history = new History()
  const kept = keepHistory(history, { file, clock: new ManualClock(START + fromTick * TICK), logger })
  await kept.restored
  for (let tick = fromTick; tick < fromTick + ticks; tick += 1) {
    for (const one of series) one.value = tick * 3
    history.record(START + tick * TICK, series as never)
  }
  return { history, kept, warnings }
}

describe('history on disk', () => {
  it('is there again after a restart, and goes on', async () => {
    const first = await run(0, 10, [recorder('a'), recorder('b')])
    first.kept.close()
    const second = await run(20, 3, [recorder('a')])
    const expected = [...Array.from({ length: 10 }, (_, tick) => tick), 20, 21, 22]
    expect(valuesOf(second.history, 'a')).toEqual(expected.map((tick) => [tick, tick * 3]))
    expect(valuesOf(second.history, 'b')).toHaveLength(10)
    second.kept.close()
    const third = await run(30, 0, [])
    expect(valuesOf(third.history, 'a').map(([tick]) => tick)).toEqual(expected)
    third.kept.close()
  })

  it('loses less than a minute when the process is killed', async () => {
    const first = await run(0, 10, [recorder('a')])
    // What a killed process leaves: the file and its log as they are, and no lock.
    const left = join(folder, 'left.sqlite')
    for (const end of ['', '-wal']) cpSync(`${file}${end}`, `${left}${end}`)
    first.kept.close()
    file = left
    const second = await run(20, 0, [])
    expect(valuesOf(second.history, 'a').map(([tick]) => tick)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    second.kept.close()
  })

  it('drops what is older than a day', async () => {
    const first = await run(0, 8, [recorder('a')])
    first.kept.close()
    const later = await run(5_763, 0, [])
    expect(valuesOf(later.history, 'a').map(([tick]) => tick)).toEqual([4, 5, 6, 7])
    later.kept.close()
  })

  it('goes on in memory if the file is broken, and says so once', async () => {
    writeFileSync(file, 'this is no database, but long enough to look like the head of one'.repeat(100))
    const { history, kept, warnings } = await run(0, 12, [recorder('a')])
    expect(warnings).toEqual(['history cannot be kept on disk'])
    expect(valuesOf(history, 'a')).toHaveLength(12)
    kept.close()
  })

  it('goes on in memory if another process holds the file, and says so once', async () => {
    const first = await run(0, 8, [recorder('a')])
    const second = await run(8, 8, [recorder('a')])
    expect(second.warnings).toEqual(['history cannot be kept on disk'])
    expect(valuesOf(second.history, 'a')).toHaveLength(8)
    expect(first.warnings).toEqual([])
    second.kept.close()
    first.kept.close()
  })

  it('refuses a batch that does not hold together', async () => {
    const bytes = encodeBatch([{ series: 7, from: 1, values: [1, 2, 4] }])
    expect(decodeBatch(bytes, 4)).toEqual([{ series: 7, from: 1, values: [1, 2, 4] }])
    expect(() => decodeBatch(bytes, 3)).toThrow(RangeError)
    expect(() => decodeBatch(bytes.subarray(0, 12), 4)).toThrow(RangeError)
    const broken = await HistoryFile.open(file)
    broken.add(
      { times: [START], runs: [{ series: 1, from: 5, values: [1] }] },
      new Map([[1, labelsFrom([['a', 'b']])]]),
    )
    broken.close()
    const { warnings, kept } = await run(1, 4, [recorder('a')])
    expect(warnings).toEqual(['history cannot be kept on disk'])
    kept.close()
  })
})
