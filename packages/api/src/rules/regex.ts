import { RE2JS } from 're2js'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { regexSize } from './regex-size.ts'

/** Characters of an expression; Istio's bound. */
export const MAX_REGEX = 1024

/** Instructions of an expression; Istio starts Envoy with this bound (re2.max_program_size.error_level). */
const MAX_PROGRAM = 32_768

/** Instructions of all expressions of one object that are compiled: about 2 µs each. The first may have any allowed size. */
const MAX_TOTAL = 16_384

/** Copies that repetitions make cost more than what is written: they are made one inside the other. */
const PER_COPY = 4

/** What compiling costs however small the expression, in instructions. */
const PER_EXPRESSION = 20

/** Letters, classes and single repetitions can't be wrong, and need not be compiled: what most expressions are. */
const SURELY_GOOD = /^\^?(?:(?:[\w/ :%=~@&,;#-]|\\[.dwsDWS/-]|\.|\[\^?(?:a-z|A-Z|0-9|[\w/.])+-?\])[*+?]?)*\$?$/

/** What the expressions of an object cost so far; there is one report for each object that is validated. */
const spent = new WeakMap<Report, number>()

/** Why an expression does not compile; '' if it does. Manifests repeat theirs. */
const compiled = new Map<string, string>()
const MAX_REMEMBERED = 1_000

/** RE2's syntax: no look-around, no references back. Bounded in size and cost before anything is compiled. */
export function checkRegex(regex: string, path: string, report: Report): void {
  if (regex === '') refuse(report, 'bad-regex', path, 'an expression must not be empty')
  else if (regex.length > MAX_REGEX) refuse(report, 'bad-regex', path, `longer than ${MAX_REGEX} characters`)
  else if (!SURELY_GOOD.test(regex)) {
    const size = regexSize(regex)
    const copies = Math.max(0, size - regex.length)
    const before = spent.get(report) ?? 0
    const total = before + size + (PER_COPY - 1) * copies
    if (size > MAX_PROGRAM) {
      const hint = 'repeat less: {n} counts as n copies'
      refuse(report, 'regex-too-complex', path, `compiles to more than ${MAX_PROGRAM} instructions`, hint)
    } else if (before > 0 && total > MAX_TOTAL) {
      const hint = 'use prefix or exact matches, or several objects'
      refuse(report, 'regex-too-complex', path, 'the expressions of this object are too complex together', hint)
    } else {
      spent.set(report, total + PER_EXPRESSION)
      const fault = syntaxFault(regex)
      const hint = 'the syntax is RE2: no look-around, no back-references'
      if (fault !== '') refuse(report, 'bad-regex', path, fault, hint)
    }
  }
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
