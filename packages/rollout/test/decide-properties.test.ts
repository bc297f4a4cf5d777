import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command, Observation } from '../src/index.ts'
import { HEALTHY, World } from './world.ts'

const weight = fc.integer({ min: 0, max: 100 })
const step = fc.oneof(
  weight.map((setWeight) => ({ setWeight })),
  fc.constantFrom({ pause: { duration: '2s' } }, { pause: {} }, { analysis: { duration: '2s' } }),
  weight.map((percentage) => ({ setMirror: { percentage } })),
)

const event = fc.record({
  ms: fc.integer({ min: -10_000, max: 20_000 }),
  commands: fc.array(fc.constantFrom<Command>('promote', 'abort', 'pause', 'resume', 'retry', 'undo', 'skip'), {
    maxLength: 1,
  }),
  routeThere: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
  programmed: fc.integer({ min: 0, max: 4 }).map((roll) => roll > 0),
  edited: fc.option(weight, { freq: 15 }),
  answer: fc.constantFrom('pass', 'pass', 'pass', 'not-enough-evidence', 'fail', null),
  ready: fc.integer({ min: 0, max: 5 }),
  revision: fc.constantFrom('two', 'two', 'two', 'two', 'three'),
})

describe('any history', () => {
  it('never raises the weight without metrics, a live route and ready endpoints, and never leaves 0 to 100', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.array(event, { maxLength: 60 }), (steps, events) => {
        const world = new World({ steps })
        for (const one of events) {
          if (one.edited !== null) world.weight = one.edited
          world.routeThere = one.routeThere
          world.programmed = one.programmed
          world.judged = one.answer === null ? null : { ...HEALTHY, answer: one.answer as 'pass' }
          world.seen = {
            canary: { revision: one.revision, wanted: 1, ready: one.ready, crashing: false },
          } as Partial<Observation>
          const before = world.state?.weight ?? 0
          const byHand = one.commands.length > 0
          world.look(one.ms, ...one.commands)
          const after = world.state?.weight ?? 0
          expect(after).toBeGreaterThanOrEqual(0)
          expect(after).toBeLessThanOrEqual(100)
          if (after <= before) continue
          expect(one.ready).toBeGreaterThan(0)
          if (byHand) continue
          expect(one.routeThere && one.programmed).toBe(true)
          if (before === 0) continue
          expect(world.judged).not.toBeNull()
          expect(one.answer).not.toBe('fail')
        }
      }),
      { numRuns: 500 },
    )
  })
})
