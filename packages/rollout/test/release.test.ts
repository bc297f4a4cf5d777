/** What the next release finds: replicas, copies, and versions that replace each other in place. */
import { type Canary, type Deployment, type DestinationRule, type HorizontalPodAutoscaler, validate } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { VolatileMemory } from '../src/index.ts'
import { Mesh, workload } from './mesh.ts'
import { World } from './world.ts'

const STEPS = [{ setWeight: 25 }, { pause: { duration: '2s' } }]
const pods = (ready: number, wanted = ready) => ({ revision: 'two', build: 'b', wanted, ready, crashing: false })

describe('replicas that follow the weight', () => {
  it('are there before the traffic is', () => {
    const world = new World({ steps: STEPS, scaling: { canary: 'followWeight' } })
    const stable = { revision: 'one', build: 'a', wanted: 8, ready: 8, crashing: false }
    world.seen = { stable, canary: pods(1) }
    for (let look = 0; look < 5; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([0, 'WaitingForReplicas'])
    expect(world.done).toContainEqual({ kind: 'scale-canary', percent: 25, atLeast: true })
    world.seen = { stable, canary: pods(2) }
    world.look()
    expect(world.weight).toBe(25)
    for (let look = 0; look < 10; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([25, 'WaitingForReplicas'])
    world.seen = { stable, canary: pods(8) }
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
  })

  it('go to zero when it was taken back', () => {
    const world = new World({ steps: STEPS, scaling: { afterRollback: 'scaleToZero' } })
    world.until('Progressing')
    world.look(1000, 'abort')
    world.until('RolledBack')
    expect(world.done.at(-1)).toEqual({ kind: 'scale-canary-to-zero' })
  })
})

describe('a version that takes the place of the promoted one', () => {
  it('cuts no traffic while nobody else could take it', () => {
    const world = new World({ steps: STEPS, cleanUp: { scaleDownDelay: '1s' } })
    world.until('Promoted')
    const stable = { revision: 'one', build: 'a', wanted: 0, ready: 0, crashing: false }
    world.seen = { stable, canary: { ...pods(1), revision: 'three' } }
    for (let look = 0; look < 5; look += 1) world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([100, 'Promoted', 'StableUnavailable'])
    world.look(1000, 'start')
    expect([world.weight, world.reason]).toEqual([100, 'StableUnavailable'])
    world.seen = { stable }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([100, 'Promoted', 'Promoted'])
    world.look(1000, 'start')
    expect([world.weight, world.phase, world.reason]).toEqual([100, 'Promoted', 'Promoted'])
    world.seen = { canary: { ...pods(1), revision: 'three' } }
    world.look()
    expect([world.weight, world.phase]).toEqual([0, 'Initializing'])
  })

  it('leaves no mirror and no cookie of the one before', () => {
    const world = new World({
      steps: [{ setMirror: { percentage: 5 } }, { setWeight: 10 }, { pause: {} }],
      sessionAffinity: {},
    })
    for (let look = 0; look < 6; look += 1) world.look()
    expect(world.done).toContainEqual({ kind: 'set-affinity', value: 'two' })
    world.seen = { canary: { ...pods(1), revision: 'three' } }
    world.look()
    expect(world.done).toContainEqual({ kind: 'set-mirror', percentage: 0 })
    expect(world.done).toContainEqual({ kind: 'set-affinity', value: null })
  })
})

describe('the next release by a new subset', () => {
  it('begins when the Canary names it: what was promoted is the stable version then', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('Promoted')
    for (const object of workload('v3')) await mesh.store.apply(object)
    const rule = mesh.store.get('DestinationRule', 'default', 'myapp') as DestinationRule
    const subsets = [...(rule.spec?.subsets ?? []), { name: 'v3', labels: { version: 'v3' } }]
    await mesh.store.apply({ ...rule, spec: { ...rule.spec, subsets } } as DestinationRule)
    const next = { ...mesh.canary.spec, stable: { subset: 'v2' }, canary: { subset: 'v3' } }
    await mesh.store.apply({ ...mesh.canary, spec: next } as Canary)
    const splits = new Set<string>()
    for (let look = 0; look < 200; look += 1) {
      await mesh.look()
      const route = mesh.route.spec?.http?.[0]?.route ?? []
      splits.add(route.map(({ destination, weight }) => `${destination.subset} ${weight}`).join(', '))
    }
    expect([...splits]).toEqual([
      'v2 100, v3 0, v1 0',
      'v2 90, v3 10, v1 0',
      'v2 50, v3 50, v1 0',
      'v2 0, v3 100, v1 0',
    ])
  })
})

describe('promotion by copy', () => {
  it('makes the stable Deployment into the new version, gives the traffic back and frees the canary', async () => {
    const mesh = new Mesh(new VolatileMemory(), { promoteBy: 'copy' })
    await mesh.start()
    const deployment = (version: string) => mesh.store.get('Deployment', 'default', `myapp-${version}`) as Deployment
    const { spec } = deployment('v2')
    const template = { ...spec?.template, spec: { containers: [{ name: 'app', image: 'app:2' }] } }
    await mesh.store.apply({ ...deployment('v2'), spec: { ...spec, template } } as Deployment)
    await mesh.until('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100, 0])
    await mesh.look()
    expect(deployment('v1').spec?.template.spec).toEqual(template.spec)
    expect(deployment('v1').spec?.template.metadata?.labels).toEqual({ app: 'myapp', version: 'v1' })
    expect([deployment('v1').spec?.replicas, deployment('v2').spec?.replicas]).toEqual([1, 0])
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect((mesh.canary as Canary).status?.phase).toBe('Promoted')
  })
})

describe('clean-up', () => {
  it('removes routes, then subset and Deployment', async () => {
    const cleanUp = { scaleDownDelay: '1s', removeRoutes: true, removeSubset: true, workload: 'delete' }
    const mesh = new Mesh(new VolatileMemory(), { cleanUp })
    await mesh.start()
    await mesh.until('Promoted')
    await mesh.look()
    expect(mesh.route.spec?.http).toEqual([{ route: [{ destination: { host: 'myapp', subset: 'v2' }, weight: 100 }] }])
    const rule = mesh.store.get('DestinationRule', 'default', 'myapp') as DestinationRule
    expect(rule.spec?.subsets?.map(({ name }) => name)).toEqual(['v2'])
    expect(mesh.store.get('Deployment', 'default', 'myapp-v1')).toBeUndefined()
  })
})

describe('an autoscaler of the canary', () => {
  const AUTOSCALER = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'myapp-v2', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'myapp-v2' },
      minReplicas: 2,
      maxReplicas: 6,
    },
  }

  it('is told the least that the weight needs, never more than its most, and has its own bounds back at the end', async () => {
    const mesh = new Mesh(new VolatileMemory(), { scaling: { canary: 'followWeight' } })
    await mesh.start()
    await mesh.store.apply(AUTOSCALER)
    const stable = mesh.store.get('Deployment', 'default', 'myapp-v1') as Deployment
    await mesh.store.apply({ ...stable, spec: { ...stable.spec, replicas: 40 } } as Deployment)
    const floor = () =>
      (mesh.store.get('HorizontalPodAutoscaler', 'default', 'myapp-v2') as HorizontalPodAutoscaler).spec?.minReplicas
    const replicas = () => (mesh.store.get('Deployment', 'default', 'myapp-v2') as Deployment).spec?.replicas
    for (let look = 0; look < 10; look += 1) await mesh.look()
    expect([mesh.weight, floor(), replicas()]).toEqual([0, 4, 4])
    await mesh.addPods('v2', 4)
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect([mesh.weight, floor(), replicas()]).toEqual([10, 6, 6])
    await mesh.addPods('v2', 6)
    while (mesh.weight < 50) await mesh.look()
    mesh.command('abort')
    await mesh.until('RolledBack')
    expect([floor(), replicas()]).toEqual([2, 6])
  })

  it('is checked as an object', () => {
    const wrong = { ...AUTOSCALER, spec: { ...AUTOSCALER.spec, minReplicas: 7 } }
    expect([validate(AUTOSCALER).length, validate(wrong)[0]?.path]).toEqual([0, 'spec.maxReplicas'])
  })
})
