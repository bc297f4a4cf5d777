import { texts } from '../loose.ts'
import type { Subject } from '../subject.ts'

export const EVERYWHERE = '*'

/** The namespaces that `spec.exportTo` names, or `[EVERYWHERE]`. `.` is the object's own. */
export function exportScopes({ spec, namespace }: Pick<Subject, 'spec' | 'namespace'>): readonly string[] {
  const named = texts(spec.exportTo)
  if (named.length === 0 || named.includes(EVERYWHERE)) return [EVERYWHERE]
  return [...new Set(named.map((scope) => (scope === '.' ? namespace : scope)))]
}
