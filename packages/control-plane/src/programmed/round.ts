import type { ObjectKey } from '@mizzen/api'
import type { ProxyStatus } from '@mizzen/xds'
import { proxyIdentity } from '../proxy-identity.ts'
import { type ObjectFacts, type ProxyFacts, programmed, type Verdict } from './condition.ts'

/** An object with the proxies that have to do with it. */
export interface RoundObject extends ObjectFacts {
  /** Node ids; the same array for all objects that affect the same proxies. */
  readonly users: readonly string[]
  /** Node ids of proxies that count although they are not among the users. */
  readonly owing: readonly string[]
}

/**
 * Where all proxies stand at one moment. Most objects affect the same proxies and nobody refuses them, so verdicts are
 * remembered: a round over thousands of objects and hundreds of proxies costs their sum, not their product.
 */
export class Round {
  readonly #facts = new Map<string, ProxyFacts>()
  /** Facts of the proxies that refuse or hold something back, by the object to blame. */
  readonly #blamed = new Map<ObjectKey, Map<string, ProxyFacts>>()
  readonly #absent: readonly ProxyFacts[]
  readonly #verdicts = new Map<readonly string[], Map<number, Verdict>>()

  /**
   * @param expected names of the proxies whose Pods run
   * @param revisionOf the store's revision that brought an object's present generation; undefined if it is not known
   */
  constructor(
    statuses: readonly ProxyStatus[],
    expected: readonly string[],
    revisionOf: (key: ObjectKey) => number | undefined = () => undefined,
  ) {
    const connected = new Set<string>()
    for (const status of statuses) {
      const { name } = proxyIdentity(status.node)
      connected.add(name)
      const facts = { name, connected: true, answeredRevision: status.answeredRevision }
      this.#facts.set(status.node.id, facts)
      this.#blame(status, facts, revisionOf)
    }
    this.#absent = expected
      .filter((name) => !connected.has(name))
      .map((name) => ({ name, connected: false, answeredRevision: -1 }))
  }

  /** Those of `owing` that are connected and have not answered this revision. */
  stillOwing(owing: readonly string[], revision: number): readonly string[] {
    if (owing.length === 0) return owing
    return owing.filter((id) => (this.#facts.get(id)?.answeredRevision ?? revision) < revision)
  }

  verdict(object: RoundObject): Verdict {
    const { users, owing, revision, key } = object
    if (owing.length > 0 || this.#blamed.has(key)) return programmed(object, this.#factsFor(object))
    const known = this.#verdicts.get(users) ?? new Map<number, Verdict>()
    this.#verdicts.set(users, known)
    let verdict = known.get(revision)
    if (verdict === undefined) known.set(revision, (verdict = programmed(object, this.#factsFor(object))))
    return verdict
  }

  #factsFor({ key, users, owing }: RoundObject): ProxyFacts[] {
    const blamed = this.#blamed.get(key)
    const ids = owing.length === 0 ? users : new Set([...users, ...owing])
    const facts = [...ids].flatMap((id) => blamed?.get(id) ?? this.#facts.get(id) ?? [])
    return [...facts, ...this.#absent]
  }

  /** What is held back although nothing is refused is not answered either, which says enough. */
  #blame(status: ProxyStatus, facts: ProxyFacts, revisionOf: (key: ObjectKey) => number | undefined): void {
    const { node, rejections, ackedRevision } = status
    if (rejections.length === 0) return
    // A route configuration is made from hundreds of objects: those that the proxy had taken before are not to blame.
    const culprits = (origins: readonly ObjectKey[]) => {
      const fresh = origins.filter((origin) => (revisionOf(origin) ?? 0) > ackedRevision)
      return fresh.length > 0 ? fresh : origins
    }
    const put = (origin: ObjectKey, reason: Partial<ProxyFacts>) => {
      const byProxy = this.#blamed.get(origin) ?? new Map<string, ProxyFacts>()
      this.#blamed.set(origin, byProxy)
      byProxy.set(node.id, { ...reason, ...(byProxy.get(node.id) ?? facts) })
    }
    for (const { origins, message } of rejections)
      for (const origin of culprits(origins)) put(origin, { rejection: message })
    for (const { origins, waitsFor } of status.held)
      for (const origin of culprits(origins)) put(origin, { waitsFor: waitsFor.name })
  }
}
