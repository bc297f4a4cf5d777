import { createRequire } from 'node:module'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Characters of an expression. */
const MAX_EXPRESSION = 4096

/** Characters of all different expressions of an object: parsing takes some microseconds for each. */
const MAX_TOTAL = 8_192

/** The expressions of an object that were looked at; there is one report for each object that is validated. */
const seen = new WeakMap<Report, { readonly good: Set<string>; characters: number }>()

// Few objects hold expressions, and the parser takes a tenth of a second to load: only then, and at once, as rules wait for nobody.
const load = createRequire(import.meta.url)

/** The Common Expression Language: its syntax. Which names there are depends on where it is evaluated. */
export function checkCel(expression: string, path: string, report: Report): void {
  if (expression.length > MAX_EXPRESSION) {
    refuse(report, 'bad-expression', path, `longer than ${MAX_EXPRESSION} characters`)
    return
  }
  const known = seen.get(report) ?? { good: new Set(), characters: 0 }
  seen.set(report, known)
  if (known.good.has(expression)) return
  known.characters += expression.length
  if (known.characters > MAX_TOTAL) {
    refuse(report, 'bad-expression', path, `all expressions of an object have more than ${MAX_TOTAL} characters`)
    return
  }
  if (isCel(expression, path, report)) known.good.add(expression)
}

function isCel(expression: string, path: string, report: Report): boolean {
  const { parse } = load('@bufbuild/cel') as typeof import('@bufbuild/cel')
  try {
    parse(expression)
    return true
  } catch (error) {
    const message =
      error instanceof RangeError ? 'nested too deeply' : (error as Error).message.replace(/^<input>:/, '')
    refuse(report, 'bad-expression', path, `no CEL expression: ${message}`, 'write it as response.code >= 400')
    return false
  }
}
