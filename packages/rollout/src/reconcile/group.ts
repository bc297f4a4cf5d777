import type { Canary } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import type { Member } from '../decide/observation.ts'
import type { RolloutState } from '../decide/state.ts'
import { stateOf } from './status.ts'

/** How the other Canaries of the same group stand. */
export function membersOf(store: Store, canary: Canary): readonly Member[] {
  const group = canary.spec?.group
  if (group === undefined || group === '') return []
  const all = store.list('Canary', canary.metadata.namespace) as readonly Canary[]
  return all.filter(({ metadata, spec }) => spec?.group === group && metadata.name !== canary.metadata.name).map(member)
}

function member(canary: Canary): Member {
  const since = canary.status?.conditions?.find(({ type }) => type === 'Promoted')?.lastTransitionTime
  const state = stateOf(canary)
  return {
    name: canary.metadata.name,
    state: state === null ? 'idle' : standing(state),
    since: since === undefined ? 0 : Date.parse(since),
  }
}

function standing({ phase, reason }: RolloutState): Member['state'] {
  switch (phase) {
    case 'RollingBack':
    case 'RolledBack':
      return 'failed'
    case 'Promoting':
    case 'Replacing':
    case 'CleaningUp':
    case 'Promoted':
      return 'promoted'
    default:
      return ['WaitingForGroup', 'WaitingForPromotion'].includes(reason.code) ? 'waiting' : 'underway'
  }
}
