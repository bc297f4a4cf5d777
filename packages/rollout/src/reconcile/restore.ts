import { type Canary, objectKey } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import type { RolloutMemory } from './memory.ts'
import { stateOf, statusOf } from './status.ts'

/**
 * Puts what is remembered of rollouts into their status, which is not kept over a restart, nor seen by another control
 * plane of the same machine. To be called before anybody looks at the store: without it traffic would go by the weights
 * of the spec where a rollout lays its own over them.
 */
export async function restoreStatuses(store: Store, memory: RolloutMemory, now: number): Promise<void> {
  for (const canary of store.list('Canary') as readonly Canary[]) {
    const state = await memory.loadState(objectKey(canary))
    if (state === null || state.seenAt === stateOf(canary)?.seenAt) continue
    const { namespace = 'default', name } = canary.metadata
    store.updateStatus('Canary', namespace, name, statusOf(canary, state, now, ''))
  }
}
