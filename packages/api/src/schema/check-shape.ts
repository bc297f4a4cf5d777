import type { TSchema } from 'typebox'
import { DURATION_HINT, readDuration } from '../duration.ts'
import type { Problem } from '../problem.ts'
import { fieldPath, itemPath } from './field-path.ts'
import { nearestWord } from './nearest-word.ts'
import { mapValueShape, type Shape, shapeOf } from './shape.ts'

/** Takes problems as they are found. */
export type Report = (problem: Problem) => void

/**
 * Compares a value with a schema and reports every difference. Ours, not the schema library's, because its findings name
 * no nearest field, know no oneofs and durations, and report a wrong branch of a union once per branch.
 *
 * Nulls: a field that is null counts as left out, as in Kubernetes. In lists and maps null is an error: dropping it would
 * make a match broader than it was meant to be.
 */
export function checkShape(value: unknown, schema: TSchema, path: string, report: Report): void {
  walk(value, shapeOf(schema), { start: path, steps: [], report })
}

/** Where the walk is. Paths are written when there is a problem: for every value they would cost more than the checks. */
interface Position {
  readonly start: string
  readonly steps: (string | number)[]
  readonly report: Report
}

type Checker = (value: unknown, shape: Shape, at: Position) => void

function walk(value: unknown, shape: Shape, at: Position): void {
  checkerOf(shape)(value, shape, at)
}

function walkInto(step: string | number, value: unknown, shape: Shape, at: Position): void {
  at.steps.push(step)
  walk(value, shape, at)
  at.steps.pop()
}

function checkerOf(shape: Shape): Checker {
  if (shape.anyOf !== undefined) return checkUnion
  if (shape.enum !== undefined) return checkWord
  if (shape.patternProperties !== undefined) return checkMap
  return shape.type === undefined ? () => {} : CHECKERS[shape.type]
}

function checkMessage(value: unknown, shape: Shape, at: Position): void {
  if (!isObject(value)) {
    wrongType(NOUNS.object, value, at)
    return
  }
  const fields = shape.properties ?? {}
  for (const name of Object.keys(value)) {
    const item = value[name]
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) checkUnknown(name, shape, at)
    else if (item !== null && item !== undefined) walkInto(name, item, field, at)
  }
  for (const name of shape.required ?? []) {
    if (!isSet(value, name)) at.report(problem('missing-field', fieldPath(pathOf(at), name), 'required, but not set'))
  }
  for (const group of shape.oneofs ?? []) checkOneof(value, group, at)
}

function checkOneof(value: Record<string, unknown>, group: readonly string[], at: Position): void {
  const given = group.filter((name) => isSet(value, name))
  if (given.length < 2) return
  const message = `only one of ${group.join(', ')} may be set, not ${given.join(' and ')}`
  at.report(problem('oneof', fieldPath(pathOf(at), given[1]!), message))
}

function checkUnknown(name: string, shape: Shape, at: Position): void {
  if (shape.also?.includes(name)) return
  at.report({
    severity: shape.also === undefined ? 'error' : 'warning',
    code: 'unknown-field',
    path: fieldPath(pathOf(at), name),
    message: `unknown field "${name}"`,
    // Dear, and so only for problems that somebody reads.
    get hint() {
      return didYouMean(name, [...Object.keys(shape.properties ?? {}), ...(shape.also ?? [])])
    },
  })
}

function checkList(value: unknown, shape: Shape, at: Position): void {
  if (!Array.isArray(value)) {
    wrongType(NOUNS.array, value, at)
    return
  }
  for (let index = 0; index < value.length; index += 1) walkInto(index, value[index], shape.items!, at)
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape
  if (value.length < minItems) refuse(at, 'too-few', `needs ${minItems} ${entries(minItems)} at least`)
  if (value.length > maxItems) refuse(at, 'too-many', `has ${value.length} entries, and may have ${maxItems}`)
}

function entries(count: number): string {
  return count === 1 ? 'entry' : 'entries'
}

function checkMap(value: unknown, shape: Shape, at: Position): void {
  if (!isObject(value)) {
    wrongType('a map', value, at)
    return
  }
  const { maxProperties = Number.POSITIVE_INFINITY } = shape
  const count = Object.keys(value).length
  if (count > maxProperties) refuse(at, 'too-many', `has ${count} entries, and may have ${maxProperties}`)
  const values = mapValueShape(shape)!
  for (const [name, item] of Object.entries(value)) walkInto(name, item, values, at)
}

function checkUnion(value: unknown, shape: Shape, at: Position): void {
  const branches = shape.anyOf!
  const fits = (branch: Shape) => {
    let good = true
    const report = () => {
      good = false
    }
    walk(value, branch, { ...at, report })
    return good
  }
  if (branches.some(fits)) return
  wrongType(branches.map((branch) => NOUNS[branch.type ?? 'object']).join(' or '), value, at)
}

const NOUNS = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
}

function checkWord(value: unknown, shape: Shape, at: Position): void {
  const allowed = shape.enum!
  if (typeof value !== 'string') {
    wrongType(`one of ${allowed.join(', ')}`, value, at)
  } else if (!allowed.includes(value)) {
    const hint = didYouMean(value, allowed)
    refuse(at, 'unknown-word', `"${value}" is not one of ${allowed.join(', ')}`, hint)
  }
}

function didYouMean(word: string, known: readonly string[]): string | undefined {
  const nearest = nearestWord(word, known)
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`
}

function checkText(value: unknown, shape: Shape, at: Position): void {
  if (typeof value !== 'string') {
    wrongType(NOUNS.string, value, at)
  } else if (shape.format === 'duration' && readDuration(value) === undefined) {
    refuse(at, 'bad-duration', `${quoted(value)} is not a duration`, DURATION_HINT)
  } else if (shape.format === 'byte' && !isBase64(value)) {
    refuse(at, 'bad-base64', 'not base64')
  } else if (shape.format === 'date-time' && Number.isNaN(Date.parse(value))) {
    refuse(at, 'bad-time', `${quoted(value)} is not a time`, 'write it as 2026-01-31T12:00:00Z')
  } else checkForm(value, shape, at)
}

function checkForm(value: string, { minLength = 0, maxLength, pattern }: Shape, at: Position): void {
  if (value.length < minLength) refuse(at, 'empty', 'must not be empty')
  else if (maxLength !== undefined && value.length > maxLength) {
    refuse(at, 'too-long', `longer than ${maxLength} characters`)
  } else if (pattern !== undefined && !compiled(pattern).test(value)) {
    const message = value === '' ? 'must not be empty' : `${quoted(value)} has not the form that it must have`
    refuse(at, value === '' ? 'empty' : 'bad-form', message, `it must match ${pattern}`)
  }
}

const patterns = new Map<string, RegExp>()

/** Patterns are those of schemas, and so few; none backtracks more than linearly. */
function compiled(pattern: string): RegExp {
  let regex = patterns.get(pattern)
  if (regex === undefined) patterns.set(pattern, (regex = new RegExp(pattern, 'u')))
  return regex
}

function checkFlag(value: unknown, _shape: Shape, at: Position): void {
  if (typeof value !== 'boolean') wrongType(NOUNS.boolean, value, at)
}

function checkNumber(value: unknown, shape: Shape, at: Position): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || (shape.type === 'integer' && !Number.isInteger(value))) {
    wrongType(NOUNS[shape.type!], value, at)
    return
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape
  if (value < minimum || value > maximum) {
    refuse(at, 'out-of-range', `${value} is not between ${minimum} and ${maximum}`)
  }
}

const CHECKERS: Readonly<Record<NonNullable<Shape['type']>, Checker>> = {
  object: checkMessage,
  array: checkList,
  string: checkText,
  boolean: checkFlag,
  integer: checkNumber,
  number: checkNumber,
}

function wrongType(expected: string, value: unknown, at: Position): void {
  refuse(at, 'wrong-type', `expected ${expected}, got ${describe(value)}`, typeHint(expected, value))
}

/** YAML reads `1.10` as a number and `on` as a text: the usual reasons for a wrong type. */
function typeHint(expected: string, value: unknown): string | undefined {
  if (value === null) return 'give it a value, or remove the line'
  if (expected === NOUNS.string && typeof value !== 'object') return 'put it in quotes'
  const isQuotedNumber = typeof value === 'string' && value !== '' && !Number.isNaN(Number(value))
  if (isQuotedNumber || value === 'true' || value === 'false') return 'write it without quotes'
  return undefined
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? quoted(value) : `the ${typeof value} ${String(value)}`
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSet(value: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== undefined && value[name] !== null
}

function isBase64(value: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(value.replaceAll(/\s/g, ''))
}

function pathOf({ start, steps }: Position): string {
  return steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? itemPath(path, step) : fieldPath(path, step)),
    start,
  )
}

function refuse(at: Position, code: string, message: string, hint?: string): void {
  at.report(problem(code, pathOf(at), message, hint))
}

function problem(code: string, path: string, message: string, hint?: string): Problem {
  return { severity: 'error', code, path, message, hint }
}
