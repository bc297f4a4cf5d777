/** What users change under a rollout: the Canary itself, and objects that it rests on. */
import type { Canary, DestinationRule, Resource, VirtualService } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { RolloutController, VolatileMemory } from '../src/index.ts'
import { Mesh, workload } from './mesh.ts'
import { HEALTHY, World } from './world.ts'

const STEPS = [{ setWeight: 10 }, { pause: { duration: '3s' } }, { setWeight: 50 }, { pause: { duration: '60s' } }]
const gone = { revision: 'one', build: 'a', wanted: 1, ready: 0, crashing: false }

function at(weight: number, more = {}): World {
  const world = new World({ steps: STEPS, cleanUp: { scaleDownDelay: '2s' }, ...more })
  while (world.weight < weight) world.look()
  world.look()
  world.look()
  return world
}

describe('steps that are edited in mid-rollout', () => {
  it('behind the present one: they count when it gets there', () => {
    const world = at(10)
    world.spec = { ...world.spec, steps: [...STEPS.slice(0, 2), { setWeight: 20 }] }
    world.until('Promoting')
    expect(world.weights).toEqual([10, 20, 100])
  })

  it('shortened: it goes back to a step that is no higher, and keeps its new pause', () => {
    const world = at(50)
    world.spec = { ...world.spec, steps: [{ setWeight: 5 }, { pause: {} }] }
    world.look()
    expect([world.weight, world.reason]).toEqual([5, 'StepsEdited'])
    for (let look = 0; look < 100; look += 1) world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([5, 'Progressing', 'WaitingForPromotion'])
  })

  it('all higher than the present weight: it begins with the first, when nothing holds it', () => {
    const world = at(10)
    world.spec = { ...world.spec, steps: [{ setWeight: 40 }, { pause: {} }] }
    world.programmed = false
    for (let look = 0; look < 10; look += 1) world.look()
    expect([world.weight, world.state?.step]).toEqual([10, 0])
    world.programmed = true
    for (let look = 0; look < 10; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([40, 'WaitingForPromotion'])
  })

  it('while a hand has set the weight: that is left alone', () => {
    const world = at(50)
    world.weight = 70
    world.look()
    expect(world.reason).toBe('RouteEdited')
    world.spec = { ...world.spec, steps: [{ setWeight: 5 }, { pause: {} }] }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([70, 'Paused', 'RouteEdited'])
  })
})

describe('versions that are renamed in mid-rollout', () => {
  it('the subset that was tried gets nothing any more', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight < 50) await mesh.look()
    for (const object of workload('v3')) await mesh.store.apply(object)
    const rule = mesh.store.get('DestinationRule', 'default', 'myapp') as DestinationRule
    const subsets = [...(rule.spec?.subsets ?? []), { name: 'v3', labels: { version: 'v3' } }]
    await mesh.store.apply({ ...rule, spec: { ...rule.spec, subsets } } as DestinationRule)
    await mesh.store.apply({ ...mesh.canary, spec: { ...mesh.canary.spec, canary: { subset: 'v3' } } } as Canary)
    await mesh.look()
    const split = () => mesh.route.spec?.http?.[0]?.route?.map((one) => `${one.destination.subset} ${one.weight}`)
    expect(split()).toEqual(['v1 100', 'v3 0', 'v2 0'])
    expect(mesh.canary.status?.conditions?.[0]?.message).toMatch(/^the Canary was edited/)
    await mesh.until('Promoted')
    expect(split()).toEqual(['v1 0', 'v3 100', 'v2 0'])
  })
})

describe('a stable version that can take nothing', () => {
  it.each([
    ['is judged worse', (world: World) => (world.judged = { ...HEALTHY, answer: 'fail', message: '20 % fail' })],
    ['is aborted', (world: World) => void world.look(250, 'abort')],
    ['goes on', () => {}],
  ])('a canary that %s keeps its weight', (_what, happens) => {
    const world = at(10)
    world.seen = { stable: gone }
    happens(world)
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([10, 'Progressing', 'StableUnavailable'])
    expect(world.state?.reason.message).toMatch(/the stable version can take no traffic \(0 of 1 Pods are ready\)/)
    expect(world.done.filter(({ kind }) => kind === 'alert').length).toBeLessThanOrEqual(2)
  })

  it('is not meant while there is no route: it is aborted then', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight < 50) await mesh.look()
    await mesh.store.remove('VirtualService', 'default', 'myapp')
    await mesh.blindLook()
    mesh.command('abort')
    for (let look = 0; look < 4; look += 1) await mesh.blindLook()
    expect(mesh.canary.status).toMatchObject({ phase: 'RolledBack', conditions: [{ reason: 'AbortedByUser' }] })
  })

  it('is back, and a canary that is worse goes', () => {
    const world = at(10)
    world.seen = { stable: gone }
    world.judged = { ...HEALTHY, answer: 'fail' }
    world.look()
    world.seen = {}
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'RollingBack', 'JudgedWorse'])
  })

  it('while nothing is remembered of the canary that has everything: it stays, as promoted', () => {
    const world = new World({ steps: STEPS })
    world.weight = 100
    world.seen = { stable: { ...gone, wanted: 0 } }
    for (let look = 0; look < 10; look += 1) world.look()
    expect([world.weight, world.phase, world.done]).toEqual([100, 'Promoted', []])
    const starting = new World({ steps: STEPS })
    starting.weight = 100
    starting.seen = { stable: gone }
    for (let look = 0; look < 10; look += 1) starting.look()
    expect([starting.weight, starting.reason]).toEqual([100, 'StableUnavailable'])
    starting.seen = {}
    for (let look = 0; look < 3; look += 1) starting.look()
    expect(starting.weight).toBeLessThan(100)
  })
})

describe('clean-up', () => {
  const none = { ...gone, revision: 'two' }
  it.each([
    ['the weight was changed by hand', (world: World) => (world.weight = 60), 'RouteEdited'],
    ['the route is gone', (world: World) => (world.routeThere = false), 'RouteMissing'],
    [
      'another route needs the old version',
      (world: World) => (world.seen = { stableUsedBy: 'VirtualService a/b still sends requests to v1' }),
      'StableInUse',
    ],
    [
      'the new version is being changed',
      (world: World) => (world.seen = { canary: { ...none, settling: true } }),
      'WaitingForEndpoints',
    ],
  ])('takes nothing away while %s', (_what, happens, code) => {
    const world = at(10)
    world.until('CleaningUp', 200)
    happens(world)
    for (let look = 0; look < 10; look += 1) world.look()
    expect([world.phase, world.reason]).toEqual(['CleaningUp', code])
    expect(world.done).not.toContainEqual({ kind: 'clean-up' })
    expect(world.state?.reason.message).toMatch(/: nothing is taken away$/)
    world.weight = 100
    world.routeThere = true
    world.seen = {}
    world.look()
    expect([world.phase, world.reason, world.done.at(-1)]).toEqual(['Promoted', 'Promoted', { kind: 'clean-up' }])
  })

  it('gives everything back when the new version has no Pod any more', () => {
    const world = at(10)
    world.until('CleaningUp', 200)
    world.seen = { canary: none }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'RollingBack', 'CanaryUnavailable'])
  })

  it('knows of other routes to the old version', async () => {
    const mesh = new Mesh()
    await mesh.start()
    const other = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'inside', namespace: 'elsewhere' },
      spec: { hosts: ['a'], http: [{ route: [{ destination: { host: 'myapp.default', subset: 'v1' } }] }] },
    } as Resource
    await mesh.store.apply(other)
    await mesh.until('CleaningUp')
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect(mesh.canary.status?.phase).toBe('CleaningUp')
    expect(mesh.canary.status?.conditions?.[0]?.message).toBe(
      'VirtualService elsewhere/inside still sends requests to v1: nothing is taken away',
    )
    await mesh.store.remove('VirtualService', 'elsewhere', 'inside')
    await mesh.look()
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})

describe('what a version is made of', () => {
  async function without(kind: string, name: string): Promise<string> {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight < 10) await mesh.look()
    await mesh.store.remove(kind, 'default', name)
    if (kind === 'Deployment') await mesh.store.remove('Pod', 'default', `${name}-1`)
    await mesh.until('RolledBack')
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([0, 'RolledBack'])
    return mesh.canary.status?.conditions?.[0]?.message ?? ''
  }

  it('is named when it is gone', async () => {
    expect(await without('Deployment', 'myapp-v2')).toBe('there is no Deployment of myapp, subset v2')
  })

  it('is named when its subset is gone', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight < 10) await mesh.look()
    const rule = mesh.store.get('DestinationRule', 'default', 'myapp') as DestinationRule
    const subsets = rule.spec?.subsets?.filter(({ name }) => name !== 'v2') ?? []
    await mesh.store.apply({ ...rule, spec: { ...rule.spec, subsets } } as DestinationRule)
    await mesh.until('RolledBack')
    expect(mesh.canary.status?.conditions?.[0]?.message).toBe('no DestinationRule of myapp has the subset v2')
  })
})

describe('a Canary that is deleted in mid-rollout', () => {
  it('leaves nothing exposed that nobody watches', async () => {
    const mesh = new Mesh(new VolatileMemory(), { sessionAffinity: {} })
    await mesh.start()
    const controller = new RolloutController(mesh.deps())
    const weight = () =>
      (mesh.store.get('VirtualService', 'default', 'myapp') as VirtualService).spec?.http
        ?.at(-1)
        ?.route?.find(({ destination }) => destination.subset === 'v2')?.weight
    for (let look = 0; look < 40 && weight() !== 10; look += 1) await mesh.pass()
    expect(weight()).toBe(10)
    await mesh.store.remove('Canary', 'default', 'myapp')
    for (let look = 0; look < 4; look += 1) await mesh.pass()
    const route = mesh.store.get('VirtualService', 'default', 'myapp') as VirtualService
    expect(weight()).toBe(0)
    expect(JSON.stringify(route.spec)).not.toMatch(/cookie|mizzen-canary/i)
    await controller.close()
  })
})

describe('weights that others share in', () => {
  const third = (weights: readonly number[]) =>
    ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'myapp', namespace: 'default' },
      spec: {
        hosts: ['myapp'],
        http: [
          {
            route: ['v1', 'v2', 'v9'].map((subset, index) => ({
              ...{ destination: { host: 'myapp', subset }, weight: weights[index] },
            })),
          },
        ],
      },
    }) as Resource

  it.each([
    ['that sum to 100', [50, 0, 50]],
    ['that do not', [1, 0, 1]],
    ['that sum to more', [300, 0, 300]],
  ])('%s: each keeps its share, and a weight that is rounded is still its own', async (_what, weights) => {
    const mesh = new Mesh(new VolatileMemory(), { steps: [{ setWeight: 33 }, { pause: { duration: '3s' } }] })
    await mesh.start()
    await mesh.store.apply(third(weights))
    const splits = new Set<string>()
    for (let look = 0; look < 60 && mesh.canary.status?.phase !== 'Promoted'; look += 1) {
      await mesh.look()
      splits.add((mesh.route.spec?.http?.[0]?.route ?? []).map(({ weight }) => weight).join(' '))
    }
    expect([...splits]).toEqual(['50 0 50', '33 17 50', '0 50 50'])
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})
