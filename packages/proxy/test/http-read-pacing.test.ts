import { describe, expect, it } from 'vitest'
import { ReadPacing } from '../src/http/read-pacing.ts'

const FULL = 64 * 1024
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** Has more to read than it may, always. */
class Reader {
  bytes = 0
  readonly #pacing: ReadPacing

  constructor(pacing: ReadPacing) {
    this.#pacing = pacing
  }

  onReadTurn(): void {
    do this.bytes += FULL
    while (this.#pacing.admit(this, FULL))
  }
}

describe('what one turn of the loop reads', () => {
  it('is limited, and all of it is read in the end, in turns', async () => {
    const pacing = new ReadPacing()
    const readers = Array.from({ length: 50 }, () => new Reader(pacing))
    for (const reader of readers) reader.onReadTurn()
    const first = readers.reduce((sum, { bytes }) => sum + bytes, 0)
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    const after = readers.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(after).toBeGreaterThan(first)
    expect(after - first).toBeLessThanOrEqual(10 * 2 * 1024 * 1024)
    expect(first).toBeLessThanOrEqual(50 * FULL + 1024 * 1024)
    for (let turn = 0; turn < 50; turn += 1) await nextTurn()
    expect(Math.min(...readers.map(({ bytes }) => bytes))).toBeGreaterThan(FULL)
  })

  it('is not limited where it is little', () => {
    const pacing = new ReadPacing()
    const reader = new Reader(pacing)
    for (let read = 0; read < 1_000; read += 1) expect(pacing.admit(reader, 1024)).toBe(true)
  })

  it('begins anew with each turn', async () => {
    const pacing = new ReadPacing()
    const reader = new Reader(pacing)
    for (let turn = 0; turn < 5; turn += 1) {
      expect(pacing.admit(reader, FULL)).toBe(true)
      expect(pacing.admit(reader, FULL)).toBe(true)
      await nextTurn()
    }
  })
})
