import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PropertyOutcome, searching } from '../properties/property-search.ts'

const fails = fc.property(fc.nat(), (n) => n < 1_000)
const holds = fc.property(fc.nat(), () => true)

function tried(search: Parameters<typeof searching>[1]) {
  const told: PropertyOutcome[] = []
  return { told, fc: searching(fc, search, (outcome) => told.push(outcome)) }
}

it('all tests draw from one seed', () => {
  const drawn = () => fc.sample(fc.integer(), 5)
  expect(drawn()).toEqual(drawn())
})

describe('a search', () => {
  it('goes on for its time, by its own seed', () => {
    const search = tried({ seed: 7, milliseconds: 200 })
    const details = search.fc.check(holds, { seed: 1, numRuns: 2 })
    expect(details).toMatchObject({ failed: false, seed: 7 })
    expect(search.told).toEqual([{ runs: details.numRuns }])
    expect(details.numRuns).toBeGreaterThan(2)
  })

  it('gives each as many runs as it asks for when all the time is over', async () => {
    const search = tried({ seed: 7, milliseconds: 10_000, deadline: 0 })
    search.fc.assert(holds)
    await search.fc.default.assert(
      fc.asyncProperty(fc.nat(), async () => true),
      { numRuns: 3 },
    )
    expect(search.told).toEqual([{ runs: 100 }, { runs: 3 }])
  })

  it('tells where the failure is, and goes there at once', async () => {
    const first = tried({ seed: 7, milliseconds: 1_000 })
    expect(() => first.fc.assert(fails)).toThrow(/Counterexample: \[1000\]/)
    const path = first.told[0]?.path
    expect(path).toMatch(/^\d+(?::\d+)+$/)
    const again = tried({ seed: 7, path })
    expect(() => again.fc.default.assert(fails)).toThrow(/Counterexample: \[1000\]\nShrunk 0 time/)
  })

  it('ends a run that does not end', () => {
    const watchdog = resolve(import.meta.dirname, '../properties/watchdog.ts')
    const stuck = `const { Watchdog } = await import(${JSON.stringify(watchdog)})
      const watchdog = new Watchdog(7, 100)
      for (watchdog.next(), watchdog.next(); ; );`
    const options = { encoding: 'utf8', timeout: 60_000 } as const
    const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', stuck], options)
    expect(signal).toBe('SIGKILL')
    expect(stderr).toContain('STUCK { seed: 7, path: "1" }')
  })
})
