import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Canary, Resource, VirtualService } from '@mizzen/api'
import { ManualClock, silentLogger } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import { afterEach, describe, expect, it } from 'vitest'
import { FileMemory, Rollout, type RolloutDeps, type RolloutMemory, type Sample, VolatileMemory } from '../src/index.ts'

const CANARY = {
  apiVersion: 'mizzen.io/v1alpha1',
  kind: 'Canary',
  metadata: { name: 'myapp', namespace: 'default' },
  spec: {
    traffic: { virtualService: 'myapp' },
    stable: { subset: 'v1' },
    canary: { subset: 'v2' },
    steps: [{ setWeight: 10 }, { pause: { duration: '4s' } }, { setWeight: 50 }, { pause: { duration: '4s' } }],
    cleanUp: { scaleDownDelay: '2s' },
  },
}

function workload(version: string): Resource[] {
  const labels = { app: 'myapp', version }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app' }] } }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `myapp-${version}`, namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `myapp-${version}-1`, namespace: 'default', labels },
      spec: { containers: [{ name: 'app' }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    },
  ]
}

const OBJECTS: Resource[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'myapp', namespace: 'default' },
    spec: { selector: { app: 'myapp' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'myapp', namespace: 'default' },
    spec: {
      host: 'myapp',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'myapp', namespace: 'default' },
    spec: { hosts: ['myapp'], http: [{ route: [{ destination: { host: 'myapp', subset: 'v1' } }] }] },
  },
  ...workload('v1'),
  ...workload('v2'),
  CANARY as Resource,
]

/** A mesh of one service, whose proxies take every weight at once. */
class Mesh {
  readonly clock = new ManualClock(1_000_000)
  readonly posted: string[] = []
  readonly weights: number[] = []
  errors = 0
  sampling = true
  readonly #memory: RolloutMemory
  store!: Store
  rollout!: Rollout

  constructor(memory: RolloutMemory = new VolatileMemory()) {
    this.#memory = memory
  }

  async start(): Promise<void> {
    this.store = createMemoryStore([], { clock: this.clock })
    for (const object of OBJECTS) await this.store.apply(object)
    await this.open()
  }

  /** As after a restart of the controller. */
  async open(): Promise<void> {
    this.rollout = await Rollout.open(this.canary, this.#deps())
  }

  get canary(): Canary {
    return this.store.get('Canary', 'default', 'myapp') as Canary
  }

  get weight(): number {
    const route = this.route?.spec?.http?.[0]?.route ?? []
    return route.find(({ destination }) => destination.subset === 'v2')?.weight ?? 0
  }

  get route(): VirtualService {
    return this.store.get('VirtualService', 'default', 'myapp') as VirtualService
  }

  async look(ms = 500): Promise<void> {
    this.clock.advance(ms)
    this.#acknowledge()
    await this.rollout.tick(this.canary)
    if (this.weights.at(-1) !== this.weight) this.weights.push(this.weight)
  }

  async until(phase: string, most = 400): Promise<void> {
    for (let look = 0; look < most && this.canary.status?.phase !== phase; look += 1) await this.look()
  }

  #acknowledge(): void {
    const { generation = 0 } = this.route.metadata
    const condition = {
      type: 'Programmed',
      status: 'True',
      reason: 'Programmed',
      message: '',
      observedGeneration: generation,
    }
    this.store.updateStatus('VirtualService', 'default', 'myapp', { conditions: [condition] })
  }

  #deps(): RolloutDeps {
    return {
      store: this.store,
      clock: this.clock,
      logger: silentLogger,
      memory: this.#memory,
      query: () => undefined,
      post: async (url) => {
        this.posted.push(url)
        return { status: 200 }
      },
      samples: { take: () => this.#sample() },
    }
  }

  #sample(): Sample | null {
    if (!this.sampling) return null
    const requests = this.weight
    const failures = Math.round(requests * this.errors)
    const latency = (count: number) => [count, 0]
    const canary = { requests, failures, latency: latency(requests) }
    const stable = { requests: 100 - requests, failures: 0, latency: latency(100 - requests) }
    return {
      atMs: this.clock.now(),
      forMs: 500,
      boundsMs: [10],
      channels: [{ side: 'caller', route: '', canary, stable }],
    }
  }
}

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('a rollout', () => {
  it('promotes a healthy version, and scales the old one down', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
    await mesh.look()
    expect(mesh.store.get('Deployment', 'default', 'myapp-v1')?.spec).toMatchObject({ replicas: 0 })
  })

  it('takes a bad version back', async () => {
    const mesh = new Mesh()
    await mesh.start()
    for (let look = 0; look < 12; look += 1) await mesh.look()
    mesh.errors = 0.3
    await mesh.until('RolledBack')
    expect(mesh.weights.at(-1)).toBe(0)
    const [condition] = mesh.canary.status?.conditions ?? []
    expect(condition).toMatchObject({ type: 'Promoted', status: 'False', reason: 'JudgedWorse' })
    expect(condition?.message).toMatch(/of the canary's requests against 0 % .* failed, as callers see it/)
  })

  it('takes it back even when it has all traffic, as long as the old one is there', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('CleaningUp')
    mesh.errors = 0.3
    await mesh.until('RolledBack')
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([0, 'RolledBack'])
  })

  it('never raises the weight without metrics', async () => {
    const mesh = new Mesh()
    await mesh.start()
    for (let look = 0; look < 4; look += 1) await mesh.look()
    const { weight } = mesh
    mesh.sampling = false
    for (let look = 0; look < 50; look += 1) await mesh.look()
    expect([mesh.weight, mesh.canary.status?.conditions?.[0]?.reason]).toEqual([weight, 'NoMetrics'])
  })

  it('goes on at the same step after a crash, wherever that comes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-'))
    folders.push(folder)
    const mesh = new Mesh(new FileMemory(folder))
    await mesh.start()
    for (let look = 0; look < 400 && mesh.canary.status?.phase !== 'Promoted'; look += 1) {
      await mesh.look()
      const before = mesh.rollout.state
      await mesh.open()
      expect(mesh.rollout.state?.step).toBe(before?.step)
      expect(mesh.rollout.state?.weight).toBe(before?.weight)
    }
    expect(mesh.canary.status?.phase).toBe('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
  })

  it('leaves a weight alone that somebody else set, and says so', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    await mesh.look()
    const [http] = mesh.route.spec?.http ?? []
    const route = (http?.route ?? []).map((one) => ({ ...one, weight: one.destination.subset === 'v2' ? 80 : 20 }))
    await mesh.store.apply({ ...mesh.route, spec: { ...mesh.route.spec, http: [{ ...http, route }] } } as Resource)
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([80, 'Paused'])
    expect(mesh.canary.status?.conditions?.[0]?.reason).toBe('RouteEdited')
    mesh.rollout.command('resume')
    await mesh.look()
    expect(mesh.weight).toBe(10)
  })

  it('holds while the route is gone', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    const { route } = mesh
    await mesh.store.remove('VirtualService', 'default', 'myapp')
    for (let look = 0; look < 10; look += 1) {
      mesh.clock.advance(500)
      await mesh.rollout.tick(mesh.canary)
    }
    expect(mesh.canary.status?.conditions?.[0]?.reason).toBe('RouteMissing')
    await mesh.store.apply(route)
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})
