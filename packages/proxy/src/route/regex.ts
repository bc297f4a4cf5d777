import { createRequire } from 'node:module'
import { MizzenError } from '@mizzen/base'
import type { RE2JS } from 're2js'

/** Tests whether the whole of a text matches. */
export type TextTest = (text: string) => boolean

/** Loaded with the first regex that needs it: most configurations have none, and it takes more than 1 MB. */
let engine: typeof RE2JS | undefined

function compileRe2(regex: string, path: string): RE2JS {
  engine ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS
  try {
    return engine.compile(regex)
  } catch (error) {
    throw new MizzenError('bad-regex', `invalid regular expression "${regex}": ${(error as Error).message}`, { path })
  }
}

/** Characters that mean themselves in RE2. */
const LITERAL = /^[\w\s/:@%&=,;~!"'<>#-]*$/

/** Compiles an RE2 pattern that must match the whole text. Plain texts and `PREFIX.*` are compared as strings. */
export function compileFullMatch(regex: string, path: string): TextTest {
  if (LITERAL.test(regex)) return (text) => text === regex
  if (regex === '.*') return (text) => !text.includes('\n')
  const prefix = regex.endsWith('.*') ? regex.slice(0, -2) : undefined
  if (prefix !== undefined && LITERAL.test(prefix)) {
    return (text) => text.startsWith(prefix) && !text.includes('\n', prefix.length)
  }
  const pattern = compileRe2(regex, path)
  return (text) => pattern.testExact(text)
}

/** Compiles an RE2 pattern that may match anywhere in the text. */
export function compileSearch(regex: string, path: string): TextTest {
  if (LITERAL.test(regex)) return (text) => text.includes(regex)
  const pattern = compileRe2(regex, path)
  return (text) => pattern.matcher(text).find()
}

/** Compiles a replacement of every match; the substitution refers to groups as `\1`, `\0` is the whole match. */
export function compileReplaceAll(regex: string, substitution: string, path: string): (text: string) => string {
  const pattern = compileRe2(regex, `${path}.pattern.regex`)
  const parts = parseSubstitution(substitution, pattern.groupCount(), `${path}.substitution`)
  return (text) => {
    const matcher = pattern.matcher(text)
    let result = ''
    let from = 0
    while (matcher.find()) {
      result += text.slice(from, matcher.start())
      for (const part of parts) result += typeof part === 'string' ? part : (matcher.group(part) ?? '')
      from = matcher.end()
    }
    return result + text.slice(from)
  }
}

function parseSubstitution(substitution: string, groups: number, path: string): readonly (string | number)[] {
  return [...substitution.matchAll(/\\(.?)|[^\\]+/g)].map(([whole, escaped]) => {
    if (escaped === undefined) return whole
    if (escaped === '\\') return '\\'
    if (!/^\d$/.test(escaped))
      throw new MizzenError('bad-regex', `"${whole}" in a substitution is neither \\\\ nor a group`, { path })
    if (Number(escaped) > groups) throw new MizzenError('bad-regex', `the pattern has no group ${escaped}`, { path })
    return Number(escaped)
  })
}
