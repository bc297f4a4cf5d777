import type { StringMatch } from '../config/model.ts'
import { compileFullMatch, type TextTest } from './regex.ts'

/** Throws MizzenError `bad-regex` with `path`. */
export function compileStringMatch(match: StringMatch, path: string): TextTest {
  if (match.kind === 'regex') return compileFullMatch(match.value, path)
  const test = plainTest(match.kind, match.ignoreCase ? match.value.toLowerCase() : match.value)
  return match.ignoreCase ? (text) => test(text.toLowerCase()) : test
}

function plainTest(kind: Exclude<StringMatch['kind'], 'regex'>, value: string): TextTest {
  switch (kind) {
    case 'exact':
      return (text) => text === value
    case 'prefix':
      return (text) => text.startsWith(value)
    case 'suffix':
      return (text) => text.endsWith(value)
    case 'contains':
      return (text) => text.includes(value)
  }
}
