import { RE2JS } from 're2js'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { isPlainRegex } from './plain-regex.ts'
import { regexSize } from './regex-size.ts'

/** Characters of an expression; Istio's bound. */
export const MAX_REGEX = 1024

/** Instructions of an expression; Istio starts Envoy with this bound (re2.max_program_size.error_level). */
const MAX_PROGRAM = 32_768

/** Instructions of all different expressions of one object: every proxy that they reach has to hold them. */
const MAX_TOTAL = 131_072

/** Instructions of those of an object that are compiled here, for want of a simpler way to judge them: about 2 µs each. */
const MAX_COMPILED = 8_192

/** Copies that repetitions make cost more than what is written: they are made one inside the other. */
const PER_COPY = 4

/** What compiling costs however small the expression, in instructions. */
const PER_EXPRESSION = 20

interface Spent {
  /** Good ones: manifests repeat theirs. */
  readonly seen: Set<string>
  total: number
  compiled: number
}

/** What the expressions of an object cost so far; there is one report for each object that is validated. */
const spent = new WeakMap<Report, Spent>()

/** Why an expression does not compile; '' if it does. Manifests repeat theirs. */
const compiled = new Map<string, string>()
const MAX_REMEMBERED = 1_000

/** RE2's syntax: no look-around, no references back. Bounded in size and cost before anything is compiled. */
export function checkRegex(regex: string, path: string, report: Report): void {
  if (regex === '') refuse(report, 'bad-regex', path, 'an expression must not be empty')
  else if (regex.length > MAX_REGEX) refuse(report, 'bad-regex', path, `longer than ${MAX_REGEX} characters`)
  else {
    const cost = costOf(report)
    if (cost.seen.has(regex)) return
    const size = regexSize(regex)
    if (size > MAX_PROGRAM) {
      const hint = 'repeat less: {n} counts as n copies'
      refuse(report, 'regex-too-complex', path, `compiles to more than ${MAX_PROGRAM} instructions`, hint)
    } else checkNew(regex, size, cost, path, report)
  }
}

function costOf(report: Report): Spent {
  const known = spent.get(report) ?? { seen: new Set(), total: 0, compiled: 0 }
  spent.set(report, known)
  return known
}

/** The first that has to be compiled may have any allowed size. */
function checkNew(regex: string, size: number, cost: Spent, path: string, report: Report): void {
  const isPlain = isPlainRegex(regex)
  const work = size + PER_EXPRESSION + (PER_COPY - 1) * Math.max(0, size - regex.length)
  const isTooMuch = !isPlain && cost.compiled > 0 && cost.compiled + work > MAX_COMPILED
  if (cost.total + size > MAX_TOTAL || isTooMuch) {
    const hint = 'use prefix or exact matches, or several objects'
    refuse(report, 'regex-too-complex', path, 'the expressions of this object are too complex together', hint)
    return
  }
  if (!isPlain) cost.compiled += work
  const fault = isPlain ? '' : syntaxFault(regex)
  const hint = 'the syntax is RE2: no look-around, no back-references'
  if (fault !== '') {
    refuse(report, 'bad-regex', path, fault, hint)
    return
  }
  cost.seen.add(regex)
  cost.total += size
}

function syntaxFault(regex: string): string {
  const known = compiled.get(regex)
  if (known !== undefined) return known
  let fault = ''
  try {
    RE2JS.compile(regex)
  } catch (error) {
    fault = (error as Error).message
  }
  if (compiled.size >= MAX_REMEMBERED) compiled.clear()
  compiled.set(regex, fault)
  return fault
}
