import { RE2JS } from 're2js'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Characters of an expression; Envoy bounds the size of the program that RE2 makes of it. */
const MAX_LENGTH = 1024

/** RE2's syntax: no look-around, no references back. */
export function checkRegex(regex: string, path: string, report: Report): void {
  if (regex === '') refuse(report, 'bad-regex', path, 'an expression must not be empty')
  else if (regex.length > MAX_LENGTH) refuse(report, 'bad-regex', path, `longer than ${MAX_LENGTH} characters`)
  else {
    try {
      RE2JS.compile(regex)
    } catch (error) {
      const hint = 'the syntax is RE2: no look-around, no back-references'
      refuse(report, 'bad-regex', path, (error as Error).message, hint)
    }
  }
}
