import type { Condition } from '@mizzen/api'
import { type Finding, urlOf } from '@mizzen/validation'

/** The type of the condition that says what analysis thinks of an object. */
const CONSISTENT = 'Consistent'

/** An entry of Istio's `status.validationMessages`. */
interface ValidationMessage {
  readonly type: { readonly name: string; readonly code: string }
  readonly level: 'ERROR' | 'WARNING' | 'INFO'
  readonly documentationUrl: string
}

interface Analysed {
  readonly conditions?: readonly Condition[]
  readonly validationMessages?: readonly ValidationMessage[]
}

/**
 * The status of an object with these findings: the condition, and the messages as istiod writes them. Undefined if there
 * is nothing to write: it says so already, or it never was found wanting and still is not.
 */
export function analysedStatus(status: unknown, findings: readonly Finding[], generation: number, nowMs: number) {
  const current = (status ?? {}) as Analysed
  const before = current.conditions?.find(({ type }) => type === CONSISTENT)
  if (findings.length === 0 && before === undefined) return undefined
  const condition = nextCondition(before, findings, generation, nowMs)
  if (condition === before) return undefined
  const others = current.conditions?.filter((one) => one !== before) ?? []
  return { ...current, conditions: [...others, condition], validationMessages: findings.map(validationMessage) }
}

function nextCondition(
  before: Condition | undefined,
  findings: readonly Finding[],
  generation: number,
  nowMs: number,
): Condition {
  const verdict = verdictOf(findings)
  const { status, reason, message } = verdict
  const same = before?.status === status && before.reason === reason && before.message === message
  if (before !== undefined && same && before.observedGeneration === generation) return before
  const since = before?.status === status ? before.lastTransitionTime : new Date(nowMs).toISOString()
  return { type: CONSISTENT, ...verdict, observedGeneration: generation, lastTransitionTime: since }
}

/** What is only worth knowing takes nothing away. Findings come worst first. */
function verdictOf(findings: readonly Finding[]): Pick<Condition, 'status' | 'reason' | 'message'> {
  const [worst] = findings
  if (worst === undefined) return { status: 'True', reason: 'NothingFound', message: '' }
  const message = findings.map(({ code, message: text }) => `${code}: ${text}`).join('; ')
  return { status: worst.severity === 'info' ? 'True' : 'False', reason: worst.name, message }
}

function validationMessage({ code, name, severity }: Finding): ValidationMessage {
  const level = severity === 'error' ? 'ERROR' : severity === 'warning' ? 'WARNING' : 'INFO'
  return { type: { name, code }, level, documentationUrl: urlOf(code) }
}
