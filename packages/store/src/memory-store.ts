import { type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import { type Clock, systemClock } from '@mizzen/base'
import { admit } from './admit.ts'
import { ObjectTable } from './object-table.ts'
import { stamp } from './stamp.ts'
import type { Store } from './store.ts'

export interface MemoryStoreOptions {
  /** Gives `creationTimestamp`. */
  readonly clock?: Clock
}

/** A store that lives as long as the process: for tests, and for `translate` and `route` over files given once. */
export function createMemoryStore(initial: readonly Resource[] = [], options: MemoryStoreOptions = {}): Store {
  const { clock = systemClock } = options
  const table = new ObjectTable()
  const at = (kind: string, namespace: string, name: string): ObjectKey => `${kind}/${namespace}/${name}`
  table.commit(initial.map((object) => admit(object)).map((object) => ({ key: objectKey(object), object })))
  const store: Store = {
    get revision() {
      return table.revision
    },
    list: (kind, namespace) => table.list(kind, namespace) as never,
    get: (kind, namespace, name) => table.get(at(kind, namespace, name)) as never,
    watch: (listener) => table.watch(listener),
    async apply(resource) {
      const object = admit(resource, table)
      const key = objectKey(object)
      const before = table.get(key)
      const next = before === undefined ? stamp(object, clock, table.revision) : object
      const changes = table.commit([{ key, object: next }])
      const outcome = before === undefined ? 'created' : changes.length === 0 ? 'unchanged' : 'configured'
      return { outcome, object: table.get(key)!, revision: table.revision }
    },
    async remove(kind, namespace, name) {
      return table.commit([{ key: at(kind, namespace, name), object: undefined }]).length > 0
    },
    updateStatus: (kind, namespace, name, status) => store.updateStatuses([{ kind, namespace, name, status }]),
    updateStatuses(updates) {
      table.commit(
        updates.flatMap(({ kind, namespace, name, status }) => {
          const object = table.get(at(kind, namespace, name))
          return object === undefined ? [] : [{ key: objectKey(object), object: { ...object, status } }]
        }),
      )
    },
    problems: () => [],
    watchProblems: () => () => {},
    placeOf: () => undefined,
    refresh: async () => {},
    close: async () => {},
  }
  return store
}
