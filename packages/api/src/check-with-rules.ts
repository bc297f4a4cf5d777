import type { TSchema } from 'typebox'
import { type CodeFacts, PROBLEM_CODES } from './problem-codes.ts'
import { checkShape, type Report } from './schema/check-shape.ts'
import { pathSteps } from './schema/field-path.ts'
import { withoutBadParts } from './schema/repair.ts'
import { shapeOf } from './schema/shape.ts'

/**
 * The shape of a value, and the rules of every part of it whose shape is good: of what they say, that is told which the
 * bad parts can't have caused.
 *
 * @param rules get the value itself if all of its shape is good, otherwise what is left of it without its bad parts
 */
export function checkWithRules(
  value: unknown,
  schema: TSchema,
  report: Report,
  rules: (good: unknown, report: Report) => void,
): void {
  const bad: string[] = []
  checkShape(value, schema, '', (problem) => {
    if (problem.severity === 'error') bad.push(problem.path)
    report(problem)
  })
  if (bad.length === 0) rules(value, report)
  else checkRest(value, schema, bad, report, rules)
}

function checkRest(
  value: unknown,
  schema: TSchema,
  bad: readonly string[],
  report: Report,
  rules: (good: unknown, report: Report) => void,
): void {
  const rest = withoutBadParts(value, shapeOf(schema), bad)
  if (rest === undefined) return
  const badSteps = bad.map(pathSteps)
  rules(rest.value, (problem) => {
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
