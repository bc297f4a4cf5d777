import type { Store } from '@mizzen/store'
import { isOurs } from './run-by.ts'

/** Kinds that `local` writes. */
const OWN_KINDS = ['EndpointSlice', 'Pod', 'ReplicaSet', 'Service', 'Deployment'] as const

/** Removes what an earlier run wrote and could not clean up: its processes ended with it. */
export async function removeLeftovers(store: Store): Promise<void> {
  for (const kind of OWN_KINDS) {
    for (const { metadata } of store.list(kind).filter(isOurs)) {
      await store.remove(kind, metadata.namespace ?? '', metadata.name)
    }
  }
}
