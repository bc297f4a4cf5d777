import type { CanaryAnalysis } from '@mizzen/api'

/** What is asked of the judgement. */
export interface JudgeSettings {
  /** Chance that a canary that is no worse is ever called bad, at most; over the whole rollout. */
  readonly falseAlarm: number
  /** Chance that a canary that is worse by the effects below is ever called good, at most. */
  readonly miss: number
  /** Difference of failure rates (0 to 1) that must be found. */
  readonly minimumEffect: number
  /** Factor of slowness that must be found. */
  readonly latencyEffect: number
  /** Requests to the canary before it can be called good. */
  readonly minimumRequests: number
  /** Each route is judged by itself too. */
  readonly perRoute: boolean
}

export const DEFAULT_SETTINGS: JudgeSettings = {
  falseAlarm: 0.01,
  miss: 0.05,
  minimumEffect: 0.01,
  latencyEffect: 1.5,
  minimumRequests: 100,
  perRoute: true,
}

/** From the words of a Canary, whose rates are percent. */
export function settingsOf(analysis: CanaryAnalysis | undefined): JudgeSettings {
  const given = analysis ?? {}
  const { falseAlarm, miss, minimumEffect } = DEFAULT_SETTINGS
  return {
    falseAlarm: given.falseAlarm === undefined ? falseAlarm : given.falseAlarm / 100,
    miss: given.miss === undefined ? miss : given.miss / 100,
    minimumEffect: given.minimumEffect === undefined ? minimumEffect : given.minimumEffect / 100,
    latencyEffect: given.latencyEffect ?? DEFAULT_SETTINGS.latencyEffect,
    minimumRequests: given.minimumRequests ?? DEFAULT_SETTINGS.minimumRequests,
    perRoute: given.perRoute ?? DEFAULT_SETTINGS.perRoute,
  }
}
