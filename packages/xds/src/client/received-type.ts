import type { TypeUrl } from '../source.ts'
import { FULL_STATE_TYPES } from '../types.ts'
import type { WireResource, WireResponse } from '../wire/responses.ts'

/** What a response brings, and how to keep it. */
export interface Difference {
  readonly upserts: readonly WireResource[]
  readonly removals: readonly string[]
}

/** One type as a client has it: what it wants, and which version of each resource it has accepted. */
export class ReceivedType {
  readonly typeUrl: TypeUrl
  /** `*` among them: everything, and what a server sends only to those who name it. */
  wanted: ReadonlySet<string> = new Set()
  /** Version of the last response that was accepted as a whole; for state of the world. */
  version = ''
  /** Nonce of the last response of this stream; empty before one. */
  nonce = ''
  /** What this stream's server knows to be wanted; undefined before the first request. */
  asked: ReadonlySet<string> | undefined
  /** By name: the version in delta, a digest of the content in state of the world. */
  readonly #accepted: Map<string, string>

  constructor(typeUrl: TypeUrl, known: ReadonlyMap<string, string> = new Map()) {
    this.typeUrl = typeUrl
    this.#accepted = new Map(known)
  }

  /** What is wanted from now on. What is not wanted any more is forgotten. */
  want(names: readonly string[]): void {
    this.wanted = new Set(names)
    for (const name of this.#accepted.keys()) if (!this.wants(name)) this.#accepted.delete(name)
  }

  wants(name: string): boolean {
    return this.wanted.has(name) || this.wanted.has('*')
  }

  /** A new stream: the server knows nothing of this client. */
  forgetStream(): void {
    this.nonce = ''
    this.asked = undefined
  }

  /** Versions that are there, for a server to go on from. */
  get versions(): ReadonlyMap<string, string> {
    return this.#accepted
  }

  /** What a response changes. Nothing is noted yet. */
  difference(mode: 'sotw' | 'delta', response: WireResponse): Difference {
    const wanted = response.resources.filter(({ name }) => this.wants(name))
    const upserts = wanted.filter((resource) => this.#accepted.get(resource.name) !== markOf(mode, resource))
    if (mode === 'delta') return { upserts, removals: response.removals.filter((name) => this.wants(name)) }
    if (!FULL_STATE_TYPES.has(this.typeUrl)) return { upserts, removals: [] }
    const listed = new Set(wanted.map(({ name }) => name))
    return { upserts, removals: [...this.#accepted.keys()].filter((name) => !listed.has(name)) }
  }

  /** Notes a difference, without the names that were refused. */
  accept(mode: 'sotw' | 'delta', { upserts, removals }: Difference, refused: ReadonlySet<string>): void {
    for (const name of removals) if (!refused.has(name)) this.#accepted.delete(name)
    for (const resource of upserts) {
      const { name } = resource
      if (!refused.has(name) && this.wants(name)) this.#accepted.set(name, markOf(mode, resource))
    }
  }
}

/** In state of the world, versions are those of whole responses: only the content tells whether a resource has changed. */
function markOf(mode: 'sotw' | 'delta', { version, body }: WireResource): string {
  // Not imported: only this mode needs the module, and it takes 2 MB of a proxy.
  return mode === 'delta' ? version : process.getBuiltinModule('node:crypto').hash('sha256', body, 'base64')
}
