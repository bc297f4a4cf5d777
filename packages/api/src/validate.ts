import { kindOf } from './kinds/registry.ts'
import type { Problem } from './problem.ts'
import type { Resource } from './resource.ts'
import { checkRules } from './rules/rules.ts'
import { checkShape } from './schema/check-shape.ts'
import { dropNulls } from './schema/drop-nulls.ts'
import { unsupportedFields } from './supported.ts'
import { unknownKind } from './unknown-kind.ts'

/** Problems of one object that are kept; a document that is wrong everywhere would fill the screen. */
const MAX_PROBLEMS = 100

/**
 * Everything that is wrong with one object by itself: its shape (unknown fields, types, durations, words, oneofs), then,
 * where the shape is good, the rules of its kind, as Istio's. References to other objects are `analyze`'s work.
 */
export function validate(resource: Resource): readonly Problem[] {
  const kind = kindOf(resource.apiVersion, resource.kind)
  if (kind === undefined) return [unknownKind(resource.apiVersion, resource.kind)]
  const problems: Problem[] = []
  const identity = { kind: resource.kind, namespace: resource.metadata?.namespace, name: resource.metadata?.name }
  const report = (problem: Problem) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ ...problem, ...identity })
  }
  checkShape(resource, kind.schema, '', report)
  if (problems.some((problem) => problem.severity === 'error')) return problems
  const complete = dropNulls(resource)
  checkRules(complete, report)
  for (const problem of unsupportedFields(complete)) report(problem)
  return problems
}
