import type { Canary, Condition, VirtualService } from '@mizzen/api'
import type { StatusUpdate, Store } from '@mizzen/store'

/**
 * The VirtualService's word that every proxy has it, taken back: what is laid over it has changed, which its generation
 * does not tell. Null while there is none.
 */
export function pendingRoute(store: Store, { metadata, spec }: Canary, now: number): StatusUpdate | null {
  const namespace = metadata.namespace ?? 'default'
  const name = spec?.traffic.virtualService ?? ''
  const route = store.get('VirtualService', namespace, name) as VirtualService | undefined
  if (route === undefined) return null
  const pending: Condition = {
    type: 'Programmed',
    status: 'False',
    reason: 'Pending',
    message: `canary ${metadata.name} has changed its weights`,
    observedGeneration: route.metadata.generation ?? 0,
    lastTransitionTime: new Date(now).toISOString(),
  }
  const others = (route.status?.conditions ?? []).filter(({ type }) => type !== 'Programmed')
  return { kind: 'VirtualService', namespace, name, status: { ...route.status, conditions: [...others, pending] } }
}
