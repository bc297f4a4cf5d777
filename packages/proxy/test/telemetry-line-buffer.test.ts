import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LineBuffer } from '../src/telemetry/line-buffer.ts'

it('gives back all lines in order, whatever their sizes, while its chunks are used again', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(40_000, 65_535, 65_536, 65_537, 200_000))
  const step = fc.oneof({ weight: 4, arbitrary: size }, { weight: 1, arbitrary: fc.constant('take' as const) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const buffer = new LineBuffer()
      let added = ''
      let taken = ''
      const take = () => {
        const bytes = buffer.take()
        if (bytes === null) return false
        taken += bytes.toString('latin1')
        buffer.giveBack(bytes)
        return true
      }
      for (const [index, step] of steps.entries()) {
        if (step === 'take') take()
        else {
          const line = String.fromCharCode(0x80 + (index % 100)).repeat(step)
          buffer.add(line)
          added += line
        }
        expect(buffer.size).toBe(added.length - taken.length)
      }
      while (take()) {
        // Until nothing waits.
      }
      expect(taken === added).toBe(true)
    }),
    { numRuns: 100 },
  )
})
