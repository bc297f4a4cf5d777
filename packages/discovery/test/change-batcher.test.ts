import type { Resource } from '@mizzen/api'
import { ManualClock } from '@mizzen/base'
import type { Change } from '@mizzen/store'
import { describe, expect, it } from 'vitest'
import { ChangeBatcher } from '../src/serve/change-batcher.ts'

function change(name: string, more: Partial<Change> = {}): Change {
  const object: Resource = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' } }
  return { type: 'modified', key: `Service/default/${name}`, object, ...more }
}

/** Batches as `time: names @revision`. */
function setUp() {
  const clock = new ManualClock()
  const batches: string[] = []
  const startedAt = clock.monotonic()
  const batcher = new ChangeBatcher({
    clock,
    leastMs: 5,
    mostMs: 40,
    onBatch: (changes, revision) =>
      batches.push(
        `${clock.monotonic() - startedAt}: ${changes.map(({ object }) => object.metadata.name)} @${revision}`,
      ),
  })
  return { clock, batcher, batches }
}

describe('changes', () => {
  it('are passed on at once after a quiet time', () => {
    const { clock, batcher, batches } = setUp()
    batcher.add([change('a')], 1)
    clock.advance(1_000)
    batcher.add([change('b')], 2)
    expect(batches).toEqual(['0: a @1', '1000: b @2'])
  })

  it('that follow closely wait for each other, the longer the more there are', () => {
    const { clock, batcher, batches } = setUp()
    for (let ms = 0; ms < 100; ms += 1) {
      batcher.add([change(`n${ms % 2}`)], ms)
      clock.advance(1)
    }
    const times = batches.map((batch) => Number(batch.split(':')[0]))
    expect(times).toEqual([0, 5, 15, 35, 75])
  })

  it('are gathered for a short time again once it was quiet', () => {
    const { clock, batcher, batches } = setUp()
    for (let ms = 0; ms < 40; ms += 1) {
      batcher.add([change('a')], ms)
      clock.advance(1)
    }
    clock.advance(1_000)
    batches.length = 0
    batcher.add([change('a')], 100)
    batcher.add([change('b')], 101)
    clock.advance(5)
    expect(batches).toEqual(['1040: a @100', '1045: b @101'])
  })

  it('count once for each object, by the newest', () => {
    const { clock, batcher, batches } = setUp()
    batcher.add([change('first')], 1)
    batcher.add([change('a'), change('b')], 2)
    batcher.add([change('a', { type: 'deleted' })], 3)
    clock.advance(5)
    expect(batches[1]).toBe('5: a,b @3')
  })

  it('are not mistaken for one of status when one of them was more', () => {
    const clock = new ManualClock()
    const seen: (readonly Change[])[] = []
    const batcher = new ChangeBatcher({ clock, onBatch: (changes) => seen.push(changes) })
    batcher.add([change('first')], 1)
    batcher.add([change('a'), change('b', { statusOnly: true })], 2)
    batcher.add([change('a', { statusOnly: true })], 3)
    clock.advance(1_000)
    expect(seen[1]?.map(({ statusOnly }) => statusOnly === true)).toEqual([false, true])
  })
})
