import type { RolloutState } from '../decide/state.ts'

/** Something other than time went on. */
export function isNews(before: RolloutState, after: RolloutState): boolean {
  return (
    isEvent(before, after) ||
    before.step !== after.step ||
    before.setAgain !== after.setAgain ||
    before.weightSeen !== after.weightSeen ||
    before.routesRemoved !== after.routesRemoved
  )
}

/** Something that people want to know. */
export function isEvent(before: RolloutState, after: RolloutState): boolean {
  return (
    before.beganAt !== after.beganAt ||
    before.phase !== after.phase ||
    before.weight !== after.weight ||
    before.reason.code !== after.reason.code
  )
}
