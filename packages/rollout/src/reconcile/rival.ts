import type { Canary, CanarySpec, VirtualService } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import type { RolloutState } from '../decide/state.ts'
import { l4RoutesOf } from './l4-routes.ts'
import { routesOf } from './route-weights.ts'
import { stateOf } from './status.ts'

const ENDED: readonly string[] = ['Promoted', 'RolledBack']

/**
 * Name of another Canary that shifts a route of this one, and was first; null = none. One that has ended has no claim:
 * the next release may be another Canary.
 *
 * @param state of this one; null before it begins
 */
export function rivalOf(
  store: Store,
  canary: Canary,
  state: RolloutState | null,
  virtualService: VirtualService | undefined,
): string | null {
  if (virtualService === undefined || canary.spec === undefined) return null
  const own = new Set(shifted(virtualService, canary.spec))
  const began = state === null || ENDED.includes(state.phase) ? Number.POSITIVE_INFINITY : state.beganAt
  const rival = (store.list('Canary', canary.metadata.namespace) as readonly Canary[]).find(
    (other) =>
      other.metadata.name !== canary.metadata.name &&
      isFirst(other, began, canary.metadata.name) &&
      shares(other.spec, virtualService, own),
  )
  return rival?.metadata.name ?? null
}

function isFirst(other: Canary, began: number, name: string): boolean {
  const state = stateOf(other)
  if (state === null || ENDED.includes(state.phase)) return false
  return state.beganAt < began || (state.beganAt === began && other.metadata.name < name)
}

function shares(spec: CanarySpec | undefined, virtualService: VirtualService, own: ReadonlySet<object>): boolean {
  if (spec?.traffic.virtualService !== virtualService.metadata.name) return false
  return shifted(virtualService, spec).some((route) => own.has(route))
}

function shifted(virtualService: VirtualService, spec: CanarySpec): readonly object[] {
  return [...routesOf(virtualService, spec), ...l4RoutesOf(virtualService, spec)]
}
