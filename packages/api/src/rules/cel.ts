import { createRequire } from 'node:module'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Characters of an expression. */
const MAX_EXPRESSION = 4096

// Few objects hold expressions, and the parser takes a tenth of a second to load: only then, and at once, as rules wait for nobody.
const load = createRequire(import.meta.url)

/** The Common Expression Language: its syntax. Which names there are depends on where it is evaluated. */
export function checkCel(expression: string, path: string, report: Report): void {
  if (expression.length > MAX_EXPRESSION) {
    refuse(report, 'bad-expression', path, `longer than ${MAX_EXPRESSION} characters`)
    return
  }
  const { parse } = load('@bufbuild/cel') as typeof import('@bufbuild/cel')
  try {
    parse(expression)
  } catch (error) {
    const message =
      error instanceof RangeError ? 'nested too deeply' : (error as Error).message.replace(/^<input>:/, '')
    refuse(report, 'bad-expression', path, `no CEL expression: ${message}`, 'write it as response.code >= 400')
  }
}
