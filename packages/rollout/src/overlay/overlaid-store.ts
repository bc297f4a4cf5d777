import { type Canary, type ObjectKey, objectKey, type Resource, type VirtualService } from '@mizzen/api'
import type { Change, Store } from '@mizzen/store'
import { overlaid } from './overlay.ts'

/**
 * A view of a store in which each VirtualService is as it is in force: rollouts with `weightMode: overlay` keep their
 * weights in the Canary's status, and a change of that shows here as a change of the VirtualService.
 */
export function overlaidStore(store: Store): Store {
  const overlays = new Overlays(store)
  // Methods of the store may rely on being called on itself.
  return {
    get revision() {
      return store.revision
    },
    list: (kind, namespace) => {
      const objects = store.list(kind, namespace)
      return (kind === 'VirtualService' ? objects.map((one) => overlays.of(one as never)) : objects) as typeof objects
    },
    get: (kind, namespace, name) => {
      const object = store.get(kind, namespace, name)
      return kind === 'VirtualService' && object !== undefined ? (overlays.of(object as never) as never) : object
    },
    watch: (listener) => {
      const shown = new Shown(store, overlays)
      return store.watch((changes, revision) => listener(shown.seenThrough(changes), revision))
    },
    apply: (resource) => store.apply(resource),
    remove: (kind, namespace, name) => store.remove(kind, namespace, name),
    updateStatus: (kind, namespace, name, status) => store.updateStatus(kind, namespace, name, status),
    updateStatuses: (updates) => store.updateStatuses(updates),
    problems: () => store.problems(),
    watchProblems: (listener) => store.watchProblems(listener),
    placeOf: (key, path) => store.placeOf(key, path),
    refresh: () => store.refresh(),
    close: () => store.close(),
  }
}

/** The same object for the same VirtualService under the same overlay. */
class Overlays {
  readonly #store: Store
  readonly #known = new WeakMap<VirtualService, VirtualService>()

  constructor(store: Store) {
    this.#store = store
  }

  of(virtualService: VirtualService): VirtualService {
    const canaries = this.#store.list('Canary', virtualService.metadata.namespace) as readonly Canary[]
    const next = overlaid(virtualService, canaries)
    if (next === virtualService) return virtualService
    const known = this.#known.get(virtualService)
    if (known !== undefined && isSame(known, next)) return known
    this.#known.set(virtualService, next)
    return next
  }
}

/** What one watcher has been shown. */
class Shown {
  readonly #store: Store
  readonly #overlays: Overlays
  readonly #last = new Map<ObjectKey, VirtualService>()

  constructor(store: Store, overlays: Overlays) {
    this.#store = store
    this.#overlays = overlays
    for (const one of store.list('VirtualService') as readonly VirtualService[]) {
      this.#last.set(objectKey(one), overlays.of(one))
    }
  }

  seenThrough(changes: readonly Change[]): readonly Change[] {
    const touched = changes.filter(({ object }) => object.kind === 'Canary')
    const own = new Set(changes.map(({ key }) => key))
    return [
      ...changes.map((change) => this.#replaced(change)),
      ...touched.flatMap(({ object }) => this.#followed(object as Canary, own)),
    ]
  }

  #replaced(change: Change): Change {
    const { key, object, type } = change
    if (object.kind !== 'VirtualService') return change
    if (type === 'deleted') {
      this.#last.delete(key)
      return change
    }
    const next = this.#overlays.of(object as VirtualService)
    const before = this.#last.get(key)
    this.#last.set(key, next)
    // A Canary may have changed in the same batch as the status.
    const { statusOnly, ...rest } = change
    if (statusOnly !== true) return { ...change, object: next }
    return before !== undefined && isSame(before, next) ? { ...change, object: next } : { ...rest, object: next }
  }

  #followed({ metadata, spec }: Canary, own: ReadonlySet<ObjectKey>): readonly Change[] {
    const name = spec?.traffic.virtualService ?? ''
    const object = this.#store.get('VirtualService', metadata.namespace ?? '', name) as VirtualService | undefined
    if (object === undefined) return []
    const key = objectKey(object)
    const next = this.#overlays.of(object)
    const before = this.#last.get(key)
    if (own.has(key) || before === undefined || isSame(before, next)) return []
    this.#last.set(key, next)
    return [{ type: 'modified', key, object: next as Resource }]
  }
}

/** But for the status, and the resource version that changes with it. */
function isSame(a: VirtualService, b: VirtualService): boolean {
  return a === b || JSON.stringify(lasting(a)) === JSON.stringify(lasting(b))
}

function lasting({ metadata, spec }: VirtualService) {
  const { resourceVersion: _version, ...rest } = metadata
  return { metadata: rest, spec }
}
