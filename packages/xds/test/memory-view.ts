import { createHash } from 'node:crypto'
import type { ResourceRef, ResourceView, TypeUrl, ViewChanges, XdsResource } from '../src/index.ts'

/** A resource whose version follows from its content. */
export function resource(
  typeUrl: TypeUrl,
  name: string,
  content: string | Uint8Array = '',
  refs: readonly ResourceRef[] = [],
): XdsResource {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const digest = createHash('sha256').update(body).update(JSON.stringify(refs)).digest('hex').slice(0, 12)
  return { typeUrl, name, version: digest, body, refs, origins: [`Test/default/${name}`] }
}

/** A view that a test sets as a whole. */
export class MemoryView implements ResourceView {
  revision = 0
  #resources: ReadonlyMap<TypeUrl, ReadonlyMap<string, XdsResource>> = new Map()
  readonly #listeners = new Set<(changes: ViewChanges) => void>()

  get(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    return this.#resources.get(typeUrl)?.get(name)
  }

  list(typeUrl: TypeUrl): Iterable<XdsResource> {
    return this.#resources.get(typeUrl)?.values() ?? []
  }

  subscribe(listener: (changes: ViewChanges) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Replaces everything, at the next revision. */
  set(...resources: readonly XdsResource[]): void {
    const next = new Map<TypeUrl, Map<string, XdsResource>>()
    for (const one of resources) {
      const type = next.get(one.typeUrl) ?? new Map()
      next.set(one.typeUrl, type.set(one.name, one))
    }
    const before = this.#resources
    this.#resources = next
    this.revision += 1
    for (const listener of this.#listeners) listener(changesBetween(before, next))
  }
}

function changesBetween(
  before: ReadonlyMap<TypeUrl, ReadonlyMap<string, XdsResource>>,
  after: ReadonlyMap<TypeUrl, ReadonlyMap<string, XdsResource>>,
): ViewChanges {
  const changes = new Map<TypeUrl, ReadonlySet<string>>()
  for (const typeUrl of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(typeUrl), after.get(typeUrl)]
    const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])
    const changed = [...names].filter((name) => old?.get(name)?.version !== now?.get(name)?.version)
    if (changed.length > 0) changes.set(typeUrl, new Set(changed))
  }
  return changes
}
