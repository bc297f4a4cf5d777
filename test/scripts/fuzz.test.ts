import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MizzenError } from '@mizzen/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mutate } from '../../scripts/fuzz/mutate.ts'
import { SeededRandom } from '../../scripts/fuzz/random.ts'
import { runTarget } from '../../scripts/fuzz/run-target.ts'
import { runWatched } from '../../scripts/fuzz/watched-run.ts'

const still = () => 0
const seeds = [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0])]
const budget = { seed: 7, milliseconds: 1, now: still }

describe('runTarget', () => {
  it('finds what fails, and the same seed finds it again', () => {
    const fuzz = (bytes: Uint8Array) => {
      if (bytes.includes(0xfe)) throw new TypeError('a bug')
    }
    const first = runTarget({ seeds, fuzz }, { ...budget, inputs: 100_000 })
    expect(first.finding?.error).toBeInstanceOf(TypeError)
    expect(first.finding?.input).toContain(0xfe)
    expect(runTarget({ seeds, fuzz }, { ...budget, inputs: 100_000 })).toEqual(first)
  })

  it('tries the seeds first, and takes a refusal for none', () => {
    const tried: string[] = []
    const fuzz = (bytes: Uint8Array) => {
      tried.push(Buffer.from(bytes).toString('latin1'))
      throw new MizzenError('http/bad', 'refused')
    }
    expect(runTarget({ seeds, fuzz }, { ...budget, inputs: 50 })).toEqual({ tried: 50 })
    expect(tried.slice(0, 2)).toEqual(seeds.map((seed) => seed.toString('latin1')))
    expect(new Set(tried).size).toBeGreaterThan(20)
  })

  it('ends when the time is over', () => {
    let clock = 0
    const outcome = runTarget({ seeds, fuzz: () => {} }, { seed: 1, milliseconds: 500, now: () => (clock += 1) })
    expect(outcome.finding).toBeUndefined()
    expect(outcome.tried).toBeGreaterThan(0)
  })

  it('takes an input that costs too much time for a bug', () => {
    let clock = 0
    const slow = { seeds, fuzz: () => void (clock += 1_500) }
    const outcome = runTarget(slow, { seed: 1, milliseconds: 10_000, now: () => clock })
    expect(outcome.finding?.error).toMatchObject({ message: 'took 1500 ms' })
  })

  it('reports the input as it was, whatever the parser did to it', () => {
    const fuzz = (bytes: Uint8Array) => {
      bytes.fill(0)
      throw new Error('a bug')
    }
    expect(runTarget({ seeds, fuzz }, budget).finding?.input).toEqual(seeds[0])
  })
})

describe('runWatched', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mizzen-fuzz-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const run = (fuzz: string) => {
    writeFileSync(
      join(folder, 'target.ts'),
      `export const seeds = [Buffer.from('ab')]\nexport function fuzz(bytes) { ${fuzz} }`,
    )
    return runWatched({ folder, name: 'target', seed: 1, milliseconds: 200 }, 1)
  }

  it('finds an endless loop', async () => {
    const { finding } = await run('for (;;) bytes[0] += 1')
    expect(finding?.reason).toContain('endless loop')
    expect(Buffer.from(finding?.input ?? []).toString()).toBe('ab')
  })

  it('brings the failure, its input and its place', async () => {
    const { finding } = await run("throw new TypeError('a bug')")
    expect(finding?.reason).toMatch(/TypeError: a bug\n.*target\.ts/)
    expect(Buffer.from(finding?.input ?? []).toString()).toBe('ab')
  })
})

describe('mutate', () => {
  it('leaves the corpus alone, and its results within a limit', () => {
    const corpus = [...seeds, Buffer.alloc(0), Buffer.alloc(16_000, 1)]
    const before = corpus.map((seed) => seed.toString('hex'))
    const random = new SeededRandom(3)
    const lengths = Array.from({ length: 5_000 }, () => mutate(corpus, random).length)
    expect(corpus.map((seed) => seed.toString('hex'))).toEqual(before)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(16 << 10)
  })
})
