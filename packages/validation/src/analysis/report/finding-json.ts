import type { Place } from '@mizzen/base'
import { writtenKind } from '../analyzed-kind.ts'
import { type Code, factsOf } from '../codes/codes.ts'
import type { Finding } from '../finding.ts'
import type { Severity } from '../severity.ts'

/** The shape that `analyze -o json` prints. Null where nobody knows. */
export interface FindingJson {
  readonly code: string
  readonly name: string
  readonly severity: Severity
  readonly kind: string | null
  readonly namespace: string | null
  /** `namespace/name`, or `name` where the document names no namespace. */
  readonly resource: string | null
  readonly path: string
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly message: string
  /** What to do. */
  readonly remedy: string
  readonly url: string
}

export function findingJson({ code, name, severity, subject, path, message }: Finding, place?: Place): FindingJson {
  return {
    code,
    name,
    severity,
    kind: writtenKind(subject.kind),
    namespace: subject.namespace === '' ? null : subject.namespace,
    resource: subject.label,
    path,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    message,
    remedy: factsOf(code).remedy,
    url: urlOf(code),
  }
}

/** Istio's page about a code of Istio's, and the page of this repository about one of our own. */
export function urlOf(code: Code): string {
  return code.startsWith('IST')
    ? `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`
    : `docs/reference/analysis/${code}.md`
}
