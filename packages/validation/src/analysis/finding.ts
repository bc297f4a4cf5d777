import type { Code } from './codes/codes.ts'
import { compareSeverity, type Severity } from './severity.ts'
import type { Subject } from './subject.ts'

/** Something that an analyzer found about one object. */
export interface Finding {
  /** `IST0101` as Istio's, `MZN0102` of our own. */
  readonly code: Code
  /** The code in words: `ReferencedResourceNotFound`. */
  readonly name: string
  readonly severity: Severity
  readonly subject: Subject
  /** The field, as `spec.http[0].route[1].destination`; '' for the whole object. */
  readonly path: string
  /** One sentence without a final stop. */
  readonly message: string
}

/** Worst first, then by code, object and place, so that the same input always reads the same. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    compareSeverity(left.severity, right.severity) ||
    compare(left.code, right.code) ||
    compare(left.subject.key, right.subject.key) ||
    compare(left.path, right.path) ||
    compare(left.message, right.message)
  )
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
