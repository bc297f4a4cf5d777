import { describe, expect, it } from 'vitest'
import { type PickerFactory, pickerFactory } from '../src/balancer/policy.ts'
import { type Host, priorityPicker } from '../src/balancer/priority-picker.ts'
import type { EndpointConfig } from '../src/config/model.ts'
import { endpoint } from './worker-fixture.ts'

/** Repeatable numbers in [0, 1): a linear congruential generator. */
function seeded(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 0x8000_0000
    return state / 0x8000_0000
  }
}

interface TestHost {
  readonly name: string
  readonly weight: number
  activeRequests: number
}

function hosts(...weights: number[]): TestHost[] {
  return weights.map((weight, index) => ({ name: `h${index}`, weight, activeRequests: 0 }))
}

function count<T>(times: number, pick: () => T, name: (picked: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let index = 0; index < times; index += 1) {
    const key = name(pick())
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

const policies = ['round-robin', 'least-request', 'random'] as const

describe.each(policies)('%s', (balancer) => {
  const factory: PickerFactory = pickerFactory({ balancer, choiceCount: 2 })

  it('picks the only endpoint', () => {
    const [only] = hosts(3) as [TestHost]
    const picker = factory([only], seeded())
    for (let index = 0; index < 10; index += 1) expect(picker.pick()).toBe(only)
  })

  it('shares evenly among equals', () => {
    const picker = factory(hosts(1, 1, 1, 1), seeded())
    const counts = count(
      4000,
      () => picker.pick(),
      (host) => host.name,
    )
    for (const each of Object.values(counts)) expect(Math.abs(each - 1000)).toBeLessThan(120)
    expect(Object.keys(counts)).toHaveLength(4)
  })

  it('shares by weight', () => {
    const picker = factory(hosts(1, 2, 7), seeded())
    const counts = count(
      10_000,
      () => picker.pick(),
      (host) => host.name,
    )
    expect(Math.abs((counts.h0 ?? 0) - 1000)).toBeLessThan(150)
    expect(Math.abs((counts.h1 ?? 0) - 2000)).toBeLessThan(200)
    expect(Math.abs((counts.h2 ?? 0) - 7000)).toBeLessThan(250)
  })

  it('does not depend on where the set came from', () => {
    const start = new Set(
      Array.from({ length: 40 }, (_, seed) => factory(hosts(1, 1, 1), seeded(seed * 977 + 1)).pick().name),
    )
    expect(start.size).toBe(3)
  })
})

describe('round robin', () => {
  it('takes each in turn', () => {
    const picker = pickerFactory({ balancer: 'round-robin', choiceCount: 2 })(hosts(1, 1, 1), () => 0)
    const names = Array.from({ length: 6 }, () => picker.pick().name)
    expect(names.slice(3)).toEqual(names.slice(0, 3))
    expect(new Set(names).size).toBe(3)
  })

  it('spreads weighted turns evenly', () => {
    const picker = pickerFactory({ balancer: 'round-robin', choiceCount: 2 })(hosts(2, 1), () => 0)
    const names = Array.from({ length: 9 }, () => picker.pick().name)
    expect(names.join(' ')).not.toMatch(/h1 h1/)
    expect(names.filter((name) => name === 'h1')).toHaveLength(3)
  })
})

describe('least request', () => {
  it('avoids the busy one', () => {
    const set = hosts(1, 1)
    ;(set[0] as TestHost).activeRequests = 50
    const picker = pickerFactory({ balancer: 'least-request', choiceCount: 2 })(set, seeded())
    const counts = count(
      1000,
      () => picker.pick(),
      (host) => host.name,
    )
    // Both choices fall on the busy one a quarter of the time.
    expect(counts.h1).toBeGreaterThan(680)
  })

  it('lowers the weight of the busy one', () => {
    const set = hosts(2, 1)
    ;(set[0] as TestHost).activeRequests = 9
    const picker = pickerFactory({ balancer: 'least-request', choiceCount: 2 })(set, seeded())
    const counts = count(
      1200,
      () => picker.pick(),
      (host) => host.name,
    )
    expect(Math.abs((counts.h1 ?? 0) - 1000)).toBeLessThan(50)
  })
})

describe('priorities and health', () => {
  const roundRobin = pickerFactory({ balancer: 'round-robin', choiceCount: 2 })
  const make = (...entries: Partial<EndpointConfig>[]): Host[] =>
    entries.map((over, index) => ({ config: endpoint(index + 1, over), weight: 1, activeRequests: 0 }))
  const shares = (set: Host[], panic = 0) => {
    const pick = priorityPicker(set, panic, roundRobin, seeded())
    return count(10_000, pick, (host) => (host === null ? 'none' : String(host.config.address.port)))
  }

  it('use the first priority while it is healthy', () => {
    expect(shares(make({}, {}, { priority: 1 }))).toEqual({ 1: 5000, 2: 5000 })
  })

  it('spill over in proportion to what is missing', () => {
    // Half of priority 0 is healthy: it carries 1.4 * 50 % = 70 %.
    const counts = shares(make({}, { health: 'unhealthy' }, { priority: 1 }))
    expect(Math.abs((counts[1] ?? 0) - 7000)).toBeLessThan(200)
    expect(Math.abs((counts[3] ?? 0) - 3000)).toBeLessThan(200)
    expect(counts[2]).toBe(undefined)
  })

  it('fill up with degraded endpoints', () => {
    const counts = shares(make({}, { health: 'degraded' }))
    expect(Math.abs((counts[1] ?? 0) - 7000)).toBeLessThan(200)
    expect(Math.abs((counts[2] ?? 0) - 3000)).toBeLessThan(200)
  })

  it('panic: health is not heeded when too few are healthy', () => {
    const set = make({}, { health: 'unhealthy' }, { health: 'unhealthy' }, { health: 'unhealthy' })
    expect(Object.keys(shares(set, 50))).toHaveLength(4)
    expect(shares(set, 0)).toEqual({ 1: 10_000 })
    expect(shares(make({ health: 'unhealthy' }), 0)).toEqual({ none: 10_000 })
    expect(shares(make({ health: 'unhealthy' }), 50)).toEqual({ 1: 10_000 })
  })

  it('use draining endpoints only when there is nothing else, and do not panic over them', () => {
    const draining = { health: 'draining' } as const
    expect(shares(make({}, draining, draining, draining), 50)).toEqual({ 1: 10_000 })
    expect(shares(make(draining, { ...draining, priority: 1 }), 50)).toEqual({ 1: 10_000 })
    expect(shares([])).toEqual({ none: 10_000 })
  })
})
