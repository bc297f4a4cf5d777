import type { Kind } from './kinds/kind.ts'
import { kindOf } from './kinds/registry.ts'
import { complete } from './normalise.ts'
import type { Problem } from './problem.ts'
import { type CodeFacts, PROBLEM_CODES, remedyOf } from './problem-codes.ts'
import { gatherProblems } from './problem-list.ts'
import type { Resource } from './resource.ts'
import { checkRules } from './rules/rules.ts'
import { checkShape, type Report } from './schema/check-shape.ts'
import { pathSteps, reachablePath } from './schema/field-path.ts'
import { withoutBadParts } from './schema/repair.ts'
import { shapeOf } from './schema/shape.ts'
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
    const bad: string[] = []
    checkShape(resource, kind.schema, '', (problem) => {
      if (problem.severity === 'error') bad.push(problem.path)
      report(problem)
    })
    if (bad.length === 0) checkGood(complete(resource, kind), report)
    else checkRest(resource, kind, bad, report)
  }
  return gatherProblems(search, (problem) => ({
    ...problem,
    ...identity,
    path: reachablePath(problem.path, resource),
    hint: problem.hint ?? (problem.severity === 'info' ? undefined : remedyOf(problem.code)),
  }))
}

function checkGood(resource: Resource, report: Report): void {
  checkRules(resource, report)
  for (const problem of unsupportedFields(resource)) report(problem)
}

/** The rules of what is left without the bad parts; of their findings those that the bad parts can't have caused. */
function checkRest(resource: Resource, kind: Kind, bad: readonly string[], report: Report): void {
  const rest = withoutBadParts(resource, shapeOf(kind.schema), bad)
  if (rest === undefined) return
  const badSteps = bad.map(pathSteps)
  checkRules(complete(rest.value as Resource, kind), (problem) => {
    const path = rest.original(problem.path)
    if (isSure(problem.code, pathSteps(path), badSteps)) report({ ...problem, path })
  })
}

type Steps = readonly (string | number)[]

function isSure(code: string, path: Steps, bad: readonly Steps[]): boolean {
  if (bad.some((steps) => startsWith(steps, path))) return false
  const { about } = (PROBLEM_CODES as Readonly<Record<string, CodeFacts>>)[code] ?? { about: 'whole' }
  if (about === 'value') return true
  return about === 'part' && !bad.some((steps) => startsWith(steps.slice(0, -1), path.slice(0, -1)))
}

function startsWith(steps: Steps, beginning: Steps): boolean {
  return beginning.length <= steps.length && beginning.every((step, index) => step === steps[index])
}
