import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  type ResourceRef,
  ROUTE_TYPE,
  type TypeUrl,
  type XdsResource,
} from '../src/index.ts'
import { Session } from '../src/order/session.ts'
import type { SessionRequest, SessionResponse } from '../src/order/session-messages.ts'
import { Sharing } from '../src/order/sharing.ts'
import { MemoryView, resource } from './memory-view.ts'
import { isPoisoned, ModelClient, type RefusalStyle } from './model-client.ts'

const NAMED = [ENDPOINT_TYPE, ROUTE_TYPE]

/** A configuration in small: which clusters each route names, which route (or cluster) each listener names. */
interface Shape {
  readonly routes: readonly (readonly number[])[]
  readonly listeners: readonly number[]
  /** Direct reference of the last listener to a cluster. */
  readonly direct: number
  /** Salt of contents by cluster, endpoints, route. */
  readonly salts: readonly number[]
  /** The cluster that is made of poison, and in which of its parts; -1: none. */
  readonly poisoned: number
  readonly poisonedPart: 'cluster' | 'endpoints' | 'route'
}

type Action =
  | { readonly kind: 'change'; readonly shape: Shape }
  | { readonly kind: 'client' }
  | { readonly kind: 'server' }
  | { readonly kind: 'reconnect'; readonly restart: boolean; readonly clustersLast: boolean }

const shapes: fc.Arbitrary<Shape> = fc.record({
  routes: fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  listeners: fc.array(fc.nat(2), { minLength: 0, maxLength: 2 }),
  direct: fc.nat(4),
  salts: fc.array(fc.nat(1), { minLength: 5, maxLength: 5 }),
  poisoned: fc.integer({ min: -6, max: 4 }),
  poisonedPart: fc.constantFrom('cluster', 'endpoints', 'route'),
})

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: shapes.map((shape) => ({ kind: 'change' as const, shape })) },
    { weight: 25, arbitrary: fc.constant({ kind: 'client' as const }) },
    { weight: 25, arbitrary: fc.constant({ kind: 'server' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('reconnect' as const),
        restart: fc.boolean(),
        clustersLast: fc.boolean(),
      }),
    },
  ),
  { maxLength: 120 },
)

/** Every reference of what comes out resolves within it. */
function resourcesOf(shape: Shape): XdsResource[] {
  const salt = (part: Shape['poisonedPart'], index: number) => {
    const poison = part === shape.poisonedPart && index === shape.poisoned ? 'poison' : ''
    return `${part} ${shape.salts[index % shape.salts.length]} ${poison}`
  }
  const used = new Set([...shape.routes.flat(), shape.direct])
  const clusters = [...used].flatMap((index) => [
    resource(CLUSTER_TYPE, `c${index}`, salt('cluster', index), [{ typeUrl: ENDPOINT_TYPE, name: `c${index}` }]),
    resource(ENDPOINT_TYPE, `c${index}`, salt('endpoints', index)),
  ])
  const routes = shape.routes.map((names, index) =>
    resource(ROUTE_TYPE, `r${index}`, salt('route', index), clusterRefs(names)),
  )
  const listeners = shape.listeners.map((route, index) =>
    resource(LISTENER_TYPE, `l${index}`, '', [{ typeUrl: ROUTE_TYPE, name: `r${route % shape.routes.length}` }]),
  )
  return [...clusters, ...routes, ...listeners, resource(LISTENER_TYPE, 'direct', '', clusterRefs([shape.direct]))]
}

function clusterRefs(indices: readonly number[]) {
  return indices.map((index) => ({ typeUrl: CLUSTER_TYPE, name: `c${index}` }))
}

/** A session and a client with messages on their way between them, and all that was ever true. */
class World {
  readonly view = new MemoryView()
  readonly mode: 'sotw' | 'delta'
  readonly style: RefusalStyle
  client: ModelClient
  session: Session
  toClient: SessionResponse[] = []
  toServer: SessionRequest[] = []
  /** Everything is shared that can be, with the sessions of before. */
  readonly sharing = new Sharing()
  /** What the view had, by revision. */
  readonly history: XdsResource[][] = [[]]

  constructor(mode: 'sotw' | 'delta', style: RefusalStyle) {
    this.mode = mode
    this.style = style
    this.client = new ModelClient(mode, style)
    this.session = new Session(mode, this.view, this.sharing, 1)
    this.view.subscribe((changes) => this.session.viewChanged(changes))
    this.toServer = this.client.connect(false)
  }

  run(action: Action): void {
    if (action.kind === 'change') this.change(action.shape)
    else if (action.kind === 'reconnect') this.reconnect(action)
    else if (action.kind === 'client') {
      const response = this.toClient.shift()
      if (response !== undefined) this.toServer.push(...this.client.receive(response))
    } else {
      const request = this.toServer.shift()
      if (request !== undefined) this.session.request(request, 0)
    }
    this.pump()
    this.check()
  }

  change(shape: Shape): void {
    const resources = resourcesOf(shape)
    this.history.push(resources)
    this.view.set(...resources)
  }

  /** A state-of-the-world client cannot say what it has: only a new one is sure to see no gap. */
  reconnect({ restart, clustersLast }: Extract<Action, { kind: 'reconnect' }>): void {
    if (restart || this.mode === 'sotw') this.client = new ModelClient(this.mode, this.style)
    this.session = new Session(this.mode, this.view, this.sharing, 1)
    this.toClient = []
    this.toServer = this.client.connect(clustersLast)
  }

  drain(): void {
    for (let steps = 0; this.toClient.length + this.toServer.length > 0; steps += 1) {
      if (steps > 5_000) throw new Error('no end of messages')
      this.run({ kind: 'server' })
      this.run({ kind: 'client' })
    }
  }

  pump(): void {
    for (let next = this.session.take(); next !== undefined; next = this.session.take()) {
      const { typeUrl } = next
      const unanswered = this.toClient.some((one) => one.typeUrl === typeUrl)
      const answerOnItsWay = this.toServer.some((one) => one.typeUrl === typeUrl && one.nonce !== '')
      expect(unanswered || answerOnItsWay, `second unanswered response of ${typeUrl}`).toBe(false)
      this.toClient.push(next)
    }
  }

  check(): void {
    expect(this.client.gaps()).toEqual([])
    const { ackedRevision, answeredRevision } = this.session
    expect(answeredRevision).toBeGreaterThanOrEqual(ackedRevision)
    expect(this.view.revision).toBeGreaterThanOrEqual(answeredRevision)
    if (ackedRevision > 0) this.checkAcked(ackedRevision)
  }

  /** Whatever the view had at `revision`, the client has, or something newer. */
  checkAcked(revision: number): void {
    const since = this.history.slice(revision)
    for (const { typeUrl, name } of this.#owed(revision)) {
      const has = this.client.held(typeUrl).get(name)?.version
      const was = since.some((resources) => versionIn(resources, typeUrl, name) === has)
      expect(was, `${typeUrl} ${name} is ${has} at the client, though revision ${revision} is acknowledged`).toBe(true)
    }
  }

  /** What counts at a revision: all clusters and listeners, there or not, and what they name, if the client needs it still. */
  #owed(revision: number): ResourceRef[] {
    const ever = this.history.flat().filter(({ typeUrl }) => !NAMED.includes(typeUrl))
    const named = (this.history[revision] as XdsResource[]).flatMap(({ refs }) => refs)
    return [...ever, ...named.filter(({ typeUrl, name }) => this.client.needs(typeUrl).has(name))]
  }
}

function versionIn(resources: readonly XdsResource[], typeUrl: TypeUrl, name: string): string | undefined {
  const isIt = (one: ResourceRef) => one.typeUrl === typeUrl && one.name === name
  // Nobody asks for what nothing names.
  if (NAMED.includes(typeUrl) && !resources.some(({ refs }) => refs.some(isIt))) return undefined
  return resources.find(isIt)?.version
}

const HEALTHY: Shape = {
  ...{ routes: [[0, 1], [2]], listeners: [0, 1], direct: 3, salts: [7, 7, 7, 7, 7] },
  ...{ poisoned: -1, poisonedPart: 'cluster' },
}

describe.each(['sotw', 'delta'] as const)('order on the wire, any interleaving, %s', (mode) => {
  it.each(['names the culprit', 'names nothing, applies nothing', 'names nothing, applies some'] as const)(
    'holds with a client whose refusal %s',
    (style) => {
      fc.assert(
        fc.property(actions, (script) => {
          const world = new World(mode, style)
          world.pump()
          for (const action of script) world.run(action)
          world.drain()
          const poison = [...world.view.list(CLUSTER_TYPE), ...world.view.list(ENDPOINT_TYPE)].some(isPoisoned)
          const poisonedRoute = [...world.view.list(ROUTE_TYPE)].some(isPoisoned)
          if (!poison && !poisonedRoute) expect(world.session.ackedRevision).toBe(world.view.revision)
          expect(world.session.answeredRevision).toBe(world.view.revision)
          world.change(HEALTHY)
          world.pump()
          world.drain()
          expectConverged(world)
        }),
        { numRuns: 120 },
      )
    },
  )
})

function expectConverged({ client, session, view }: World): void {
  expect(session.ackedRevision).toBe(view.revision)
  for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE, ...NAMED]) {
    const has = [...client.held(typeUrl).values()].map(({ name, version }) => `${name} ${version}`).sort()
    expect(has).toEqual([...view.list(typeUrl)].map(({ name, version }) => `${name} ${version}`).sort())
  }
}
