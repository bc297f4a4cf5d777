/** What may befall a rollout that nobody planned for: the weight never rises, and it says why it stays. */
import type { CanarySpec, VirtualService } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import type { RolloutState } from '../src/index.ts'
import { VolatileMemory } from '../src/index.ts'
import { Mesh } from './mesh.ts'
import { HEALTHY, World } from './world.ts'

const STEPS = [{ setWeight: 10 }, { pause: { duration: '3s' } }, { setWeight: 50 }, { pause: { duration: '3s' } }]

type Hazard = (world: World) => void

const seen =
  (part: World['seen']): Hazard =>
  (world) => {
    world.seen = part
  }

const NAN = { name: 'errors', state: 'missing' as const, message: 'the query gives NaN', dryRun: false }

const HAZARDS: readonly (readonly [string, Hazard, RegExp])[] = [
  ['metrics that are gone', (world) => (world.judged = null), /^NoMetrics: no metrics come in/],
  ['a metric that is NaN', seen({ metrics: [NAN] }), /^NoMetrics: errors: the query gives NaN/],
  [
    'no traffic',
    (world) => {
      world.trafficless = true
    },
    /^NoTraffic: no request has reached the canary|^WaitingForEvidence/,
  ],
  ['a VirtualService that was deleted', (world) => (world.routeThere = false), /^RouteMissing: the VirtualService is/],
  ['a weight lowered by hand', (world) => (world.weight = 3), /^RouteEdited: the route gives the canary 3 % where/],
  ['a weight raised by hand', (world) => (world.weight = 90), /^RouteEdited: the route gives the canary 90 % where/],
  ['another Canary of the same routes', seen({ rival: 'other' }), /^RouteTaken: canary other shifts the same routes/],
  ['proxies that do not answer', (world) => (world.programmed = false), /^WaitingForProxies: 10 % is not live/],
]

describe('a hazard in mid-rollout', () => {
  it.each(HAZARDS)('%s', (_what, hazard, says) => {
    const world = new World({ steps: STEPS, analysis: { onNotEnough: 'wait' } })
    while (world.weight < 10) world.look()
    world.look()
    if (says.source.includes('NoTraffic')) world.judged = { ...HEALTHY, answer: 'not-enough-evidence' }
    hazard(world)
    const from = world.weight
    for (let look = 0; look < 60; look += 1) {
      world.look(250)
      expect(world.weight).toBeLessThanOrEqual(from)
    }
    expect(`${world.reason}: ${world.state?.reason.message}`).toMatch(says)
  })

  it.each([3_600_000, -3_600_000, 86_400_000 * 365])('a clock that jumps by %d ms', (jump) => {
    const world = new World({ steps: [{ setWeight: 10 }, { pause: { duration: '60s' } }, { setWeight: 50 }] })
    while (world.weight < 10) world.look()
    world.look(jump)
    for (let look = 0; look < 40; look += 1) world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([10, 'Progressing', 'Step'])
    expect(world.state?.reason.message).toMatch(/^pause: \d+ s left/)
  })
})

describe('somebody who writes as fast as the rollout', () => {
  /** After each look, as a controller of another kind that insists. */
  function insisted(weight: number, from: (world: World) => boolean): World {
    const world = new World({ steps: STEPS, cleanUp: { scaleDownDelay: '60s' } })
    for (let look = 0; look < 300 && world.phase !== 'Paused'; look += 1) {
      world.look(250)
      if (from(world)) world.weight = weight
    }
    return world
  }

  it.each([
    ['while it progresses', 10],
    ['while it promotes', 100],
  ])('%s: it gives in, and the weight is left alone', (_when, at) => {
    const world = insisted(0, ({ state }) => (state?.weight ?? 0) >= at)
    expect([world.phase, world.reason, world.weight]).toEqual(['Paused', 'RouteEdited', 0])
    for (let look = 0; look < 100; look += 1) world.look(250)
    expect(world.weight).toBe(0)
  })

  it('by what the route had before: told again for a while, not for ever', () => {
    const world = new World({ steps: STEPS })
    while (world.weight < 50) world.look()
    const raised = () => world.done.filter((action) => action.kind === 'set-weight' && action.weight === 50).length
    for (let look = 0; look < 200; look += 1) {
      world.weight = 10
      world.look(250)
    }
    expect([world.phase, world.reason, world.weight]).toEqual(['Paused', 'RouteEdited', 10])
    expect(raised()).toBeLessThan(30)
  })
})

describe('two Canaries of the same routes', () => {
  it('the second leaves the weight alone until the first has ended', () => {
    const second = new World({ steps: STEPS })
    second.weight = 50
    second.seen = { rival: 'first' }
    for (let look = 0; look < 20; look += 1) second.look()
    expect([second.weight, second.done.length, second.reason]).toEqual([50, 0, 'RouteTaken'])
    second.seen = {}
    second.look()
    expect(second.weight).toBe(0)
    second.until('Promoted')
    expect(second.phase).toBe('Promoted')
  })

  it('are known by what they shift', async () => {
    const mesh = new Mesh()
    await mesh.start()
    const spec = mesh.canary.spec as CanarySpec
    for (let look = 0; look < 6; look += 1) await mesh.look()
    expect(mesh.weight).toBe(10)
    await mesh.store.apply({ ...mesh.canary, metadata: { name: 'again', namespace: 'default' }, spec, status: {} })
    const again = await mesh.openOther('one', 'again')
    for (let look = 0; look < 4; look += 1) {
      await again.tick(mesh.canaryOf('again'))
      await mesh.look()
    }
    expect(again.state?.reason.code).toBe('RouteTaken')
    await mesh.until('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
  })
})

describe('two control planes', () => {
  const stateOf = (mesh: Mesh) => (mesh.canary.status as { rollout: RolloutState }).rollout

  it('one acts, and the other takes over where it was left', async () => {
    const mesh = new Mesh(new VolatileMemory(), {
      steps: [{ setWeight: 10 }, { pause: { duration: '16s' } }, { setWeight: 50 }, { pause: { duration: '4s' } }],
    })
    await mesh.start()
    await mesh.look()
    const other = await mesh.openOther('two')
    for (let look = 0; look < 20; look += 1) {
      await other.tick(mesh.canary)
      await mesh.look()
    }
    expect(mesh.canary.status).toMatchObject({ controller: 'one', currentWeight: 10 })
    expect(() => other.command(mesh.canary.spec as CanarySpec, 'promote-full')).toThrow(
      'controller one has this rollout',
    )
    const { step, weight } = stateOf(mesh)
    // The first has ended: nothing is done before that is sure, and then it goes on at the same step.
    mesh.rollout = other
    for (let look = 0; look < 19; look += 1) await mesh.look()
    expect(mesh.canary.status).toMatchObject({ controller: 'one', currentWeight: weight })
    for (let look = 0; look < 4; look += 1) await mesh.look()
    expect(mesh.canary.status).toMatchObject({ controller: 'two', currentStep: step, currentWeight: weight })
    await mesh.until('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
  })

  it('that begin at once agree on one', async () => {
    const mesh = new Mesh()
    await mesh.start()
    const other = await mesh.openOther('two')
    const weights: number[] = []
    for (let look = 0; look < 200 && mesh.canary.status?.phase !== 'Promoted'; look += 1) {
      await mesh.look()
      await other.tick(mesh.canary)
      weights.push(mesh.weight)
    }
    expect(mesh.canary.status?.phase).toBe('Promoted')
    expect(weights.every((weight, index) => weight >= (weights[index - 1] ?? 0))).toBe(true)
    expect(mesh.weights).toEqual([0, 10, 50, 100])
  })
})

describe('a VirtualService that is deleted in mid-rollout', () => {
  it('stops it, and it goes on when it is back', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight < 10) await mesh.look()
    const route = mesh.store.get('VirtualService', 'default', 'myapp') as VirtualService
    await mesh.store.remove('VirtualService', 'default', 'myapp')
    for (let look = 0; look < 20; look += 1) await mesh.blindLook()
    expect(mesh.canary.status?.conditions?.[0]).toMatchObject({
      reason: 'RouteMissing',
      message: 'there is no VirtualService default/myapp',
    })
    await mesh.store.apply(route)
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})
