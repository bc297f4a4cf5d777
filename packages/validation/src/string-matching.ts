import { RE2JS } from 're2js'
import type { StringMatchJson } from './xds-json.ts'

/** Envoy's regular expressions are RE2 and have to match the whole value. */
export function matchesRegex(regex: string, value: string): boolean {
  return RE2JS.matches(regex, value)
}

export function matchesString(match: StringMatchJson, value: string): boolean {
  const fold = (text: string) => (match.ignoreCase === true ? text.toLowerCase() : text)
  if (match.exact !== undefined) return fold(value) === fold(match.exact)
  if (match.prefix !== undefined) return fold(value).startsWith(fold(match.prefix))
  return match.safeRegex !== undefined && matchesRegex(match.safeRegex.regex, value)
}
