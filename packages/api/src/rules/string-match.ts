import type { StringMatch } from '../kinds/networking/routing/string-match.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkRegex } from './regex.ts'

/** An empty match means "present"; an empty prefix would mean the same, and is refused as a slip. */
export function checkStringMatch(match: StringMatch | undefined, path: string, report: Report): void {
  if (match?.prefix === '') refuse(report, 'empty-match', `${path}.prefix`, 'a prefix must not be empty')
  if (match?.regex !== undefined) checkRegex(match.regex, `${path}.regex`, report)
}

export function checkStringMatches(
  matches: Readonly<Record<string, StringMatch>> | undefined,
  path: string,
  report: Report,
): void {
  for (const [name, match] of Object.entries(matches ?? {})) checkStringMatch(match, fieldPath(path, name), report)
}
