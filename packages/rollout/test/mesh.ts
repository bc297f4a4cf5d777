import type { Canary, CanarySpec, Resource, VirtualService } from '@mizzen/api'
import { ManualClock, silentLogger } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import {
  type Command,
  overlaidStore,
  Rollout,
  type RolloutDeps,
  type RolloutMemory,
  restoreStatuses,
  type Sample,
  VolatileMemory,
} from '../src/index.ts'

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

export function workload(version: string): Resource[] {
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
]

/** A mesh of one service, whose proxies take every weight at once. */
export class Mesh {
  readonly clock = new ManualClock(1_000_000)
  readonly posted: string[] = []
  readonly weights: number[] = []
  errors = 0
  /** What every hook answers. */
  gate = 200
  sampling = true
  /** Whether proxies take what they are given. */
  acknowledging = true
  readonly #memory: RolloutMemory
  store!: Store
  rollout!: Rollout

  readonly #spec: object

  /** @param spec more of the Canary's */
  constructor(memory: RolloutMemory = new VolatileMemory(), spec: object = {}) {
    this.#memory = memory
    this.#spec = spec
  }

  async start(): Promise<void> {
    this.store = createMemoryStore([], { clock: this.clock })
    const canary = { ...CANARY, spec: { ...CANARY.spec, ...this.#spec } } as Resource
    for (const object of [...OBJECTS, canary]) await this.store.apply(object)
    await this.open()
  }

  /** As a new control plane does before anything else. */
  restore(): Promise<void> {
    return restoreStatuses(this.store, this.#memory, this.clock.now())
  }

  /** As after a restart of the controller. */
  async open(): Promise<void> {
    this.rollout = await Rollout.open(this.canary, this.deps())
  }

  /** Another control plane that sees the same objects, and remembers nothing. */
  openOther(controller: string, canary = 'myapp'): Promise<Rollout> {
    return Rollout.open(this.canaryOf(canary), this.deps(controller, new VolatileMemory()))
  }

  get canary(): Canary {
    return this.canaryOf('myapp')
  }

  canaryOf(name: string): Canary {
    return this.store.get('Canary', 'default', name) as Canary
  }

  get weight(): number {
    return this.#weightOf('canary')
  }

  #weightOf(version: 'stable' | 'canary'): number {
    const canary = this.canary as Canary | undefined
    const subset = canary?.spec?.[version].subset ?? 'v2'
    const route = this.route?.spec?.http?.[0]?.route ?? []
    return route.find(({ destination }) => destination.subset === subset)?.weight ?? 0
  }

  get route(): VirtualService {
    return overlaidStore(this.store).get('VirtualService', 'default', 'myapp') as VirtualService
  }

  async look(ms = 500): Promise<void> {
    this.clock.advance(ms)
    this.#acknowledge()
    await this.rollout.tick(this.canary)
    if (this.weights.at(-1) !== this.weight) this.weights.push(this.weight)
  }

  command(command: Command): void {
    this.rollout.command(this.canary.spec as CanarySpec, command)
  }

  /** More of a version's Pods, ready. */
  async addPods(version: string, count: number): Promise<void> {
    const [, pod] = workload(version) as [Resource, Resource]
    for (let index = 2; index <= count; index += 1) {
      await this.store.apply({ ...pod, metadata: { ...pod.metadata, name: `myapp-${version}-${index}` } })
    }
  }

  /** Time passes for a controller that looks by itself. */
  async pass(ms = 500): Promise<void> {
    this.#acknowledge()
    this.clock.advance(ms)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done))
  }

  /** While there is no VirtualService. */
  async blindLook(ms = 500): Promise<void> {
    this.clock.advance(ms)
    await this.rollout.tick(this.canary)
  }

  async until(phase: string, most = 400): Promise<void> {
    for (let look = 0; look < most && this.canary.status?.phase !== phase; look += 1) await this.look()
  }

  #acknowledge(): void {
    if (!this.acknowledging) return
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

  /** What a controller is given. */
  deps(controller = 'one', memory = this.#memory): RolloutDeps {
    return {
      controller,
      store: this.store,
      clock: this.clock,
      logger: silentLogger,
      memory,
      query: undefined,
      failures: () => [],
      post: async (url) => {
        this.posted.push(url)
        return { status: this.gate }
      },
      samples: { take: () => this.#sample() },
    }
  }

  #sample(): Sample | null {
    if (!this.sampling) return null
    // A destination that is alone has no weight.
    const both = this.weight + this.#weightOf('stable') || 100
    const requests = Math.round((100 * this.weight) / both)
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
