import { type Canary, objectKey } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import { isOverlay } from '../overlay/overlay.ts'
import type { RolloutMemory } from './memory.ts'
import { statusOf } from './status.ts'

/**
 * Puts what is remembered of rollouts with an overlay into their status. To be called before anybody looks at the store:
 * a status is not kept over a restart, and without it traffic would go by the weights of the spec.
 */
export async function restoreOverlays(store: Store, memory: RolloutMemory, now: number): Promise<void> {
  for (const canary of store.list('Canary') as readonly Canary[]) {
    if (canary.spec === undefined || !isOverlay(canary.spec)) continue
    const { state } = await memory.load(objectKey(canary))
    const { namespace = 'default', name } = canary.metadata
    if (state !== null) store.updateStatus('Canary', namespace, name, statusOf(canary, state, now, ''))
  }
}
