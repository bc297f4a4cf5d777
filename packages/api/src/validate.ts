import { checkWithRules } from './check-with-rules.ts'
import { kindOf } from './kinds/registry.ts'
import { complete } from './normalise.ts'
import type { Problem } from './problem.ts'
import { remedyOf } from './problem-codes.ts'
import { gatherProblems } from './problem-list.ts'
import type { Resource } from './resource.ts'
import { checkRules } from './rules/rules.ts'
import type { Report } from './schema/check-shape.ts'
import { reachablePath } from './schema/field-path.ts'
import { unsupportedFields } from './supported.ts'
import { unknownKind } from './unknown-kind.ts'

/**
 * Everything that is wrong with one object by itself: its shape (unknown fields, types, durations, words, oneofs), and
 * the rules of its kind, as Istio's, of every part whose shape is good. References to other objects are `analyze`'s work.
 */
export function validate(resource: Resource): readonly Problem[] {
  const kind = kindOf(resource.apiVersion, resource.kind)
  if (kind === undefined) return [unknownKind(resource.apiVersion, resource.kind)]
  const identity = { kind: resource.kind, namespace: resource.metadata?.namespace, name: resource.metadata?.name }
  const search = (report: Report) => {
    checkWithRules(resource, kind.schema, report, (good, own) => {
      const whole = complete(good as Resource, kind)
      checkRules(whole, own)
      if (good === resource) for (const problem of unsupportedFields(whole)) own(problem)
    })
  }
  return gatherProblems(search, (problem) => ({
    ...problem,
    ...identity,
    path: reachablePath(problem.path, resource),
    hint: problem.hint ?? (problem.severity === 'info' ? undefined : remedyOf(problem.code)),
  }))
}
