import type { TypeUrl } from '../source.ts'
import { NAMED_TYPES } from '../types.ts'
import type { Sharing } from './sharing.ts'

/** What a request changes of what its client wants. */
export interface SubscriptionChange {
  /** Everything is wanted from now on. */
  readonly everything: boolean
  /** Names that are newly wanted, or asked for again: each must be answered. */
  readonly added: readonly string[]
  /** Names that are not wanted any more by name. */
  readonly dropped: readonly string[]
  /** Everything was wanted before, and is not any more. */
  readonly nothingElse: boolean
}

/**
 * What one client wants of one type: everything, single names, or both.
 *
 * "Everything" is said as the name `*`, or by an empty first request (not for types that are only asked for by name).
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol, "How the client specifies what resources to return".
 */
export class Subscription {
  readonly #typeUrl: TypeUrl
  readonly #sharing: Sharing
  readonly #leastShared: number
  /** Not to be changed: other clients may have it too. */
  #names: ReadonlySet<string> = new Set()
  #everything = false
  #first = true
  /** The client has given a list that was not empty. */
  #named = false

  /** @param leastShared as many names are worth being shared */
  constructor(typeUrl: TypeUrl, sharing: Sharing, leastShared: number) {
    this.#typeUrl = typeUrl
    this.#sharing = sharing
    this.#leastShared = leastShared
  }

  wants(name: string): boolean {
    return this.#everything || this.#names.has(name)
  }

  get everything(): boolean {
    return this.#everything
  }

  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** State of the world: each request has the whole list. */
  replace(names: readonly string[]): SubscriptionChange {
    const before = { names: this.#names, everything: this.#everything }
    this.#setNames(new Set(names.filter((name) => name !== '*')))
    this.#everything = names.includes('*') || (names.length === 0 && this.#emptyMeansEverything())
    this.#named ||= names.length > 0
    return {
      everything: this.#everything && !before.everything,
      added: [...this.#names].filter((name) => !before.names.has(name)),
      dropped: [...before.names].filter((name) => !this.#names.has(name)),
      nothingElse: before.everything && !this.#everything,
    }
  }

  /** Delta: each request has what is new and what is over. */
  change(subscribe: readonly string[], unsubscribe: readonly string[]): SubscriptionChange {
    const before = this.#everything
    if (unsubscribe.includes('*')) this.#everything = false
    if (subscribe.includes('*') || (this.#first && subscribe.length === 0 && this.#emptyMeansEverything())) {
      this.#everything = true
    }
    this.#first = false
    this.#named ||= subscribe.length > 0
    const dropped = unsubscribe.filter((name) => name !== '*' && this.#names.has(name))
    const added = subscribe.filter((name) => name !== '*')
    if (dropped.length > 0 || added.length > 0) {
      const names = new Set(this.#names)
      for (const name of dropped) names.delete(name)
      for (const name of added) names.add(name)
      this.#setNames(names)
    }
    const [everything, nothingElse] = [this.#everything && !before, before && !this.#everything]
    return { everything, added, dropped, nothingElse }
  }

  #setNames(names: ReadonlySet<string>): void {
    this.#names = names.size < this.#leastShared ? names : this.#sharing.names(names)
  }

  /** An empty list stands for everything until the client has named something. */
  #emptyMeansEverything(): boolean {
    return !this.#named && !NAMED_TYPES.has(this.#typeUrl)
  }
}
