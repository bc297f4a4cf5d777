import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  FULL_STATE_TYPES,
  LISTENER_TYPE,
  ROUTE_TYPE,
  type TypeUrl,
  wholeBody,
  type XdsResource,
} from '../src/index.ts'
import { refKey } from '../src/order/references.ts'
import type { SessionRequest, SessionResponse } from '../src/order/session-messages.ts'

const TYPES = [CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE]
const POISON = 'poison'

/** How a client words its refusals, and what it has done before it found what it refuses. */
export type RefusalStyle = 'names the culprit' | 'names nothing, applies nothing' | 'names nothing, applies some'

/** A resource that clients of this kind refuse. */
export function isPoisoned(resource: XdsResource): boolean {
  return new TextDecoder().decode(wholeBody(resource.body)).includes(POISON)
}

/**
 * A proxy as far as order goes: it takes in resources one response at a time, asks for endpoints and routes when it gets to
 * know their names, keeps the old version of a cluster or listener at work while the new one waits, and refuses poison.
 */
export class ModelClient {
  readonly #mode: 'sotw' | 'delta'
  readonly #style: RefusalStyle
  readonly #held = new Map<TypeUrl, Map<string, XdsResource>>(TYPES.map((typeUrl) => [typeUrl, new Map()]))
  /** Versions of clusters and listeners that work while their successors wait. */
  readonly #working = new Map<string, XdsResource>()
  /** Clusters that never worked as far as the server can know, because they or their endpoints were refused. */
  readonly #lacking = new Set<string>()
  /** Clusters that are there and were not part of a refusal that names nothing. */
  readonly #acknowledged = new Set<string>()
  #asked = new Map<TypeUrl, ReadonlySet<string>>()

  constructor(mode: 'sotw' | 'delta', style: RefusalStyle) {
    this.#mode = mode
    this.#style = style
  }

  held(typeUrl: TypeUrl): ReadonlyMap<string, XdsResource> {
    return this.#held.get(typeUrl) as Map<string, XdsResource>
  }

  /** The first requests of a stream. Envoy puts off the one for clusters while one of them waits for its endpoints. */
  connect(clustersLast: boolean): SessionRequest[] {
    this.#asked = new Map()
    const clusters = this.#request(CLUSTER_TYPE, '', undefined)
    const others = [this.#request(LISTENER_TYPE, '', undefined), ...this.#follow()]
    return clustersLast ? [...others, clusters] : [clusters, ...others]
  }

  /** Takes in a response: the answer, and the requests that follow from what is new. */
  receive(response: SessionResponse): SessionRequest[] {
    const error = this.#apply(response)
    return [this.#request(response.typeUrl, response.nonce, error), ...this.#follow()]
  }

  /** Names that this client needs of a type that is asked for by name. */
  needs(typeUrl: TypeUrl): ReadonlySet<string> {
    if (typeUrl === CLUSTER_TYPE || typeUrl === LISTENER_TYPE) return new Set()
    const parents = typeUrl === ENDPOINT_TYPE ? CLUSTER_TYPE : LISTENER_TYPE
    const names = new Set<string>()
    for (const [name, resource] of this.held(parents)) {
      for (const version of [resource, this.#working.get(refKey(parents, name))]) {
        for (const ref of version?.refs ?? []) if (ref.typeUrl === typeUrl) names.add(ref.name)
      }
    }
    return names
  }

  /** What traffic would fall into: a cluster that a working route or listener names, and that is not there or not ready. */
  gaps(): string[] {
    const gaps: string[] = []
    for (const name of this.held(LISTENER_TYPE).keys()) {
      const listener = this.#atWork(LISTENER_TYPE, name)
      for (const ref of listener?.refs ?? []) {
        const users = ref.typeUrl === ROUTE_TYPE ? (this.held(ROUTE_TYPE).get(ref.name)?.refs ?? []) : [ref]
        if (ref.typeUrl === ROUTE_TYPE && !this.held(ROUTE_TYPE).has(ref.name)) gaps.push(`${name}: route ${ref.name}`)
        for (const user of users) {
          if (!this.#lacking.has(user.name) && this.#atWork(CLUSTER_TYPE, user.name) === undefined) {
            gaps.push(`${name}: cluster ${user.name}`)
          }
        }
      }
    }
    return gaps
  }

  #atWork(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    const newest = this.held(typeUrl).get(name)
    return newest !== undefined && this.#warm(newest) ? newest : this.#working.get(refKey(typeUrl, name))
  }

  /** At work, and the server has been told that it was taken. What a client keeps of a refusal, no server can count on. */
  #provenCluster(name: string): boolean {
    return this.#acknowledged.has(name) && this.#atWork(CLUSTER_TYPE, name) !== undefined
  }

  #warm(resource: XdsResource): boolean {
    return resource.refs.every((ref) => {
      if (ref.typeUrl !== ENDPOINT_TYPE && ref.typeUrl !== ROUTE_TYPE) return true
      return this.held(ref.typeUrl).has(ref.name)
    })
  }

  #apply(response: SessionResponse): string | undefined {
    const poisoned = response.resources.filter(isPoisoned)
    for (const { name } of poisoned) if (!this.#provenCluster(name)) this.#lacking.add(name)
    if (poisoned.length === 0 || this.#style === 'names the culprit') this.#put(response, poisoned)
    else if (this.#style === 'names nothing, applies some') {
      for (const one of response.resources) {
        if (isPoisoned(one)) break
        this.#putOne(one)
      }
    }
    this.#cool()
    if (poisoned.length === 0) return undefined
    if (this.#style !== 'names the culprit') return 'something is wrong'
    return poisoned.map(({ name }) => `${name}: is poisoned`).join(', ')
  }

  #put(response: SessionResponse, without: readonly XdsResource[]): void {
    const { typeUrl, resources, removals } = response
    for (const one of resources) {
      if (without.includes(one)) continue
      this.#putOne(one)
      if (typeUrl === CLUSTER_TYPE) this.#acknowledged.add(one.name)
    }
    const held = this.held(typeUrl)
    const listed = new Set(resources.map(({ name }) => name))
    const wholeList = this.#mode === 'sotw' && FULL_STATE_TYPES.has(typeUrl)
    const gone = wholeList ? [...held.keys()].filter((name) => !listed.has(name)) : removals
    for (const name of gone) {
      ;(held as Map<string, XdsResource>).delete(name)
      this.#working.delete(refKey(typeUrl, name))
      if (typeUrl === CLUSTER_TYPE) this.#acknowledged.delete(name)
    }
  }

  #putOne(resource: XdsResource): void {
    const key = refKey(resource.typeUrl, resource.name)
    if (resource.typeUrl === ENDPOINT_TYPE || resource.typeUrl === ROUTE_TYPE) {
      if (!this.needs(resource.typeUrl).has(resource.name)) return
    }
    const working = this.#atWork(resource.typeUrl, resource.name)
    if (working !== undefined) this.#working.set(key, working)
    ;(this.held(resource.typeUrl) as Map<string, XdsResource>).set(resource.name, resource)
  }

  /** Old versions whose successors are ready go; and what nothing needs any more. */
  #cool(): void {
    for (const [key, { typeUrl, name }] of this.#working) {
      const newest = this.held(typeUrl).get(name)
      if (newest === undefined || this.#warm(newest)) this.#working.delete(key)
    }
    for (const name of this.#lacking) if (this.#provenCluster(name)) this.#lacking.delete(name)
    for (const typeUrl of [ENDPOINT_TYPE, ROUTE_TYPE]) {
      const needed = this.needs(typeUrl)
      for (const name of this.held(typeUrl).keys()) {
        if (!needed.has(name)) (this.held(typeUrl) as Map<string, XdsResource>).delete(name)
      }
    }
  }

  #follow(): SessionRequest[] {
    return [ENDPOINT_TYPE, ROUTE_TYPE].flatMap((typeUrl) => {
      const asked = this.#asked.get(typeUrl)
      const needed = this.needs(typeUrl)
      if (asked === undefined && needed.size === 0) return []
      if (asked?.size === needed.size && [...needed].every((name) => asked.has(name))) return []
      return [this.#request(typeUrl, '', undefined)]
    })
  }

  #request(typeUrl: TypeUrl, nonce: string, error: string | undefined): SessionRequest {
    const named = typeUrl === ENDPOINT_TYPE || typeUrl === ROUTE_TYPE
    const asked = this.#asked.get(typeUrl)
    const needed = named ? this.needs(typeUrl) : new Set<string>()
    this.#asked.set(typeUrl, needed)
    if (this.#mode === 'sotw') return { typeUrl, nonce, error, names: [...needed] }
    const versions = [...this.held(typeUrl)].map(([name, { version }]) => [name, version] as const)
    return {
      ...{ typeUrl, nonce, error },
      subscribe: [...needed].filter((name) => !asked?.has(name)),
      unsubscribe: [...(asked ?? [])].filter((name) => !needed.has(name)),
      ...(asked === undefined ? { initialVersions: new Map(versions) } : {}),
    }
  }
}
