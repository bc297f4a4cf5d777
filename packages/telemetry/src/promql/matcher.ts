import { regexSize } from '@mizzen/api'
import { RE2JS } from 're2js'
import { promqlError } from './promql-error.ts'

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** What a selector asks of one label; a label that is absent has the value ''. */
export interface Matcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
  readonly accepts: (value: string) => boolean
}

/** Values whose verdict is remembered, per matcher. */
const MAX_REMEMBERED = 10_000

/** Throws MizzenError `promql-syntax` for a regular expression that RE2 does not know. */
export function matcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, accepts: acceptor(operator, value) }
}

function acceptor(operator: MatchOperator, wanted: string): (value: string) => boolean {
  if (operator === '=') return (value) => value === wanted
  if (operator === '!=') return (value) => value !== wanted
  const pattern = compileWhole(wanted)
  const expected = operator === '=~'
  const verdicts = new Map<string, boolean>()
  return (value) => {
    const known = verdicts.get(value)
    if (known !== undefined) return known
    if (verdicts.size >= MAX_REMEMBERED) verdicts.clear()
    const verdict = pattern.matcher(value).matches() === expected
    verdicts.set(value, verdict)
    return verdict
  }
}

/** How much work it is to compile the expressions of a matcher, in instructions of about 2 µs. */
export function matcherCost({ operator, value }: Pick<Matcher, 'operator' | 'value'>): number {
  return operator === '=~' || operator === '!~' ? regexSize(value) : 0
}

/** RE2, over the whole text, the dot matching newlines too: as Prometheus reads it. */
export function compileWhole(pattern: string): RE2JS {
  try {
    return RE2JS.compile(`^(?s:${pattern})$`)
  } catch (error) {
    throw promqlError('promql-syntax', (error as Error).message, error)
  }
}
