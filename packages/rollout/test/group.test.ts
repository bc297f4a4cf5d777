import { describe, expect, it } from 'vitest'
import type { Member } from '../src/decide/observation.ts'
import { World } from './world.ts'

const STEPS = [{ setWeight: 10 }, { pause: { duration: '2s' } }]

function member(state: Member['state'], since = 0): { group: Member[] } {
  return { group: [{ name: 'checkout', state, since }] }
}

describe('services that are promoted together', () => {
  it('wait for each other', () => {
    const world = new World({ steps: STEPS, group: 'shop' })
    world.seen = member('underway')
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([10, 'WaitingForGroup'])
    world.seen = member('waiting')
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
  })

  it('do not wait for one that has nothing new', () => {
    const world = new World({ steps: STEPS, group: 'shop' })
    world.seen = member('idle')
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
  })

  it.each(['Progressing', 'CleaningUp'])('go back together, also from %s', (phase) => {
    const world = new World({ steps: STEPS, group: 'shop', cleanUp: { scaleDownDelay: '60s' } })
    world.seen = member('promoted')
    world.until(phase)
    world.look()
    world.seen = member('failed', world.now)
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'RollingBack', 'GroupFailed'])
  })

  it('are held, but not taken back, by a failure of an earlier day', () => {
    const world = new World({ steps: STEPS, group: 'shop' })
    world.seen = member('failed', world.now - 86_400_000)
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([10, 'WaitingForGroup'])
  })
})
