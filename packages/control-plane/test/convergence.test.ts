import { ManualClock } from '@mizzen/base'
import type { ProxyStatus, StatusEvent } from '@mizzen/xds'
import { expect, it } from 'vitest'
import { Convergence } from '../src/convergence.ts'

const event = (answeredRevision: number, type: StatusEvent['type'] = 'updated') =>
  ({ type, status: { node: { id: 'p' }, answeredRevision } as unknown as ProxyStatus }) satisfies StatusEvent

it('measures from the oldest change that was answered only now', () => {
  const clock = new ManualClock()
  const convergence = new Convergence(clock)
  convergence.changed(1)
  expect(convergence.answered(event(1, 'connected'))).toBeUndefined()
  clock.advance(1_000)
  convergence.changed(2)
  clock.advance(20)
  convergence.changed(3)
  clock.advance(30)
  expect(convergence.answered(event(1))).toBeUndefined()
  expect(convergence.answered(event(3))).toBe(50)
  expect(convergence.answered(event(3))).toBeUndefined()
})

it('does not measure how long a proxy was away', () => {
  const clock = new ManualClock()
  const convergence = new Convergence(clock)
  convergence.answered(event(5))
  convergence.answered(event(5, 'disconnected'))
  convergence.changed(6)
  clock.advance(60_000)
  expect(convergence.answered(event(0, 'connected'))).toBeUndefined()
  expect(convergence.answered(event(6))).toBeUndefined()
})
