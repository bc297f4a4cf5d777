import type { Decision } from './action.ts'
import { hold } from './hold.ts'
import type { Member, Observation } from './observation.ts'
import type { RolloutState } from './state.ts'

/** Null if every other Canary of the group is ready to be promoted, or has nothing to promote. */
export function waitForGroup(state: RolloutState, { group }: Observation): Decision | null {
  const late = group.find((member) => member.state === 'failed' || member.state === 'underway')
  return late === undefined ? null : hold(state, 'WaitingForGroup', describe(late))
}

function describe({ name, state }: Member): string {
  return state === 'failed' ? `${name} of the same group was taken back` : `${name} of the same group is not ready yet`
}
