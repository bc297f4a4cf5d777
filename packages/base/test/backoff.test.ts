import { expect, it } from 'vitest'
import { Backoff } from '../src/index.ts'

it('doubles up to its ceiling, and starts again after a reset', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000 }, () => 1)
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([
    100, 200, 400, 800, 1_000,
  ])
  backoff.reset()
  expect(backoff.next()).toBe(100)
})

it('never waits less than half of the step, so that a crowd is spread but not hasty', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000 }, () => 0)
  expect([backoff.next(), backoff.next()]).toEqual([50, 100])
})

it('stays finite after any number of tries', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 5_000 }, () => 0.5)
  for (let tries = 0; tries < 5_000; tries++) backoff.next()
  expect(backoff.next()).toBe(3_750)
})
