import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { LingeringClusters } from '../src/config/lingering-clusters.ts'

function setUp() {
  const clock = new ManualClock()
  const gone: string[] = []
  return { clock, gone, clusters: new LingeringClusters(clock, (name) => gone.push(name)) }
}

describe('clusters that the control plane has removed', () => {
  it('go at once if nothing names them', () => {
    const { clusters } = setUp()
    clusters.use('routes r', ['a'])
    expect([clusters.keep('b'), clusters.keep('a')]).toEqual([false, true])
  })

  it('stay until the last of those that name them has changed or gone', () => {
    const { clusters, gone } = setUp()
    clusters.use('routes r', ['a'])
    clusters.use('listener l', ['a', 'b'])
    clusters.keep('a')
    clusters.use('routes r', ['b'])
    expect(gone).toEqual([])
    clusters.forget('listener l')
    expect(gone).toEqual(['a'])
  })

  it('stay no longer than a minute, unless they return', () => {
    const { clusters, clock, gone } = setUp()
    clusters.use('routes r', ['a', 'b'])
    for (const name of ['a', 'b']) clusters.keep(name)
    clusters.returned('b')
    clock.advance(60_000)
    expect(gone).toEqual(['a'])
  })

  it('are a thousand at most', () => {
    const { clusters, gone } = setUp()
    const names = Array.from({ length: 1_001 }, (_, index) => `c${index}`)
    clusters.use('routes r', names)
    for (const name of names) clusters.keep(name)
    expect(gone).toEqual(['c0'])
  })
})
