import { readDuration } from '@mizzen/api'
import { at, type Fields, isFields, text, whole } from '../loose.ts'

/** What an HTTP rule says about time and tries. Times are in milliseconds; undefined where nothing is said. */
export interface RulePatience {
  readonly timeout: number | undefined
  /** Tries after the first; undefined where the rule says nothing, and the mesh's default holds. */
  readonly attempts: number | undefined
  readonly perTryTimeout: number | undefined
}

export function patienceOf(rule: Fields): RulePatience {
  const retries = rule.retries
  return {
    timeout: milliseconds(rule.timeout),
    attempts: isFields(retries) ? (whole(retries.attempts) ?? 2) : undefined,
    perTryTimeout: milliseconds(at(retries, 'perTryTimeout')),
  }
}

/** How long a caller may wait until the rule gives up; undefined if it may wait for ever. */
export function longestWait({ timeout, attempts = 0, perTryTimeout }: RulePatience): number | undefined {
  return timeout ?? (perTryTimeout === undefined ? undefined : perTryTimeout * (1 + attempts))
}

/** 0 is Envoy's way to say none. */
function milliseconds(value: unknown): number | undefined {
  const duration = readDuration(text(value))
  return duration === undefined || duration <= 0 ? undefined : duration
}
