import type { Random } from '@mizzen/base'
import type { Fraction, HeaderMatch, QueryMatch, RouteMatch } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { isGrpcRequest } from '../http/grpc.ts'
import { compileFullMatch, type TextTest } from './regex.ts'
import { requestField } from './request-field.ts'
import { compileStringMatch } from './string-match.ts'

export type Matcher = (exchange: Exchange) => boolean

/** Compiles the conditions of a route; all must hold. Throws MizzenError `bad-regex` with the field's path. */
export function compileRouteMatch(match: RouteMatch, path: string, random: Random): Matcher {
  const tests = [
    ...pathTests(match, path),
    ...headerTests(match.headers, path),
    ...match.query.map((query, index) => compileQueryMatch(query, `${path}.query_parameters[${index}]`)),
    ...(match.grpc === true ? [isGrpcRequest] : []),
    ...(match.fraction === undefined ? [] : [compileFraction(match.fraction, random)]),
  ]
  return all(tests)
}

/** Compiles matches of headers; all must hold. Throws as `compileRouteMatch`. */
export function compileHeaderMatches(headers: readonly HeaderMatch[], path: string): Matcher {
  return all(headerTests(headers, path))
}

function headerTests(headers: readonly HeaderMatch[], path: string): readonly Matcher[] {
  return headers.map((header, index) => compileHeaderMatch(header, `${path}.headers[${index}]`))
}

function all(tests: readonly Matcher[]): Matcher {
  const [only] = tests
  if (only === undefined) return () => true
  if (tests.length === 1) return only
  return (exchange) => {
    for (let index = 0; index < tests.length; index += 1) {
      if (!(tests[index] as Matcher)(exchange)) return false
    }
    return true
  }
}

/** CONNECT has no path and matches only its own kind. */
function pathTests(match: RouteMatch, path: string): readonly Matcher[] {
  if (match.path.kind === 'connect') return [(exchange) => exchange.method === 'CONNECT']
  const test = compilePathTest(match, path)
  return [(exchange) => exchange.method !== 'CONNECT' && test(exchange.path)]
}

/** Takes a path with its query, which does not count. */
function compilePathTest(match: RouteMatch, path: string): TextTest {
  if (match.path.kind === 'connect') return () => false
  const { kind } = match.path
  if (kind === 'regex') {
    const test = compileFullMatch(match.path.value, `${path}.safe_regex.regex`)
    return (text) => test(withoutQuery(text))
  }
  const value = match.caseSensitive ? match.path.value : match.path.value.toLowerCase()
  const test = plainPathTest(kind, value)
  return match.caseSensitive ? test : (text) => test(text.toLowerCase())
}

function plainPathTest(kind: 'prefix' | 'exact' | 'separated-prefix', value: string): TextTest {
  if (kind === 'prefix') {
    // A `?` in the prefix could match inside the query, which is no part of the path.
    return value.includes('?') ? (text) => withoutQuery(text).startsWith(value) : (text) => text.startsWith(value)
  }
  if (kind === 'exact') return (text) => withoutQuery(text) === value
  return (text) => {
    if (!text.startsWith(value)) return false
    const next = text[value.length]
    return next === undefined || next === '/' || next === '?' || next === '#'
  }
}

export function withoutQuery(path: string): string {
  const query = path.indexOf('?')
  const fragment = path.indexOf('#')
  const end = query === -1 ? fragment : fragment === -1 ? query : Math.min(query, fragment)
  return end === -1 ? path : path.slice(0, end)
}

function compileHeaderMatch(header: HeaderMatch, path: string): Matcher {
  const field = requestField(header.name)
  const { match, invert, treatMissingAsEmpty } = header
  if (match.kind === 'present') {
    const { value: wanted } = match
    return (exchange) => ((field(exchange) !== undefined || treatMissingAsEmpty) === wanted) !== invert
  }
  const test = match.kind === 'range' ? rangeTest(match.start, match.end) : compileStringMatch(match, path)
  return (exchange) => {
    const value = field(exchange) ?? (treatMissingAsEmpty ? '' : undefined)
    // A header that is missing matches nothing, not even the inverse (Envoy: HeaderMatcher.invert_match).
    return value !== undefined && test(value) !== invert
  }
}

/** `start <= value < end`; the whole value must be a decimal integer. */
function rangeTest(start: number, end: number): TextTest {
  return (text) => /^-?\d+$/.test(text) && Number(text) >= start && Number(text) < end
}

function compileQueryMatch(query: QueryMatch, path: string): Matcher {
  const { name, match } = query
  if (match.kind === 'present') return (exchange) => (queryValue(exchange.path, name) !== undefined) === match.value
  const test = compileStringMatch(match, path)
  return (exchange) => {
    const value = queryValue(exchange.path, name)
    return value !== undefined && test(value)
  }
}

/** The first value of a query parameter as it stands (Envoy does not decode it); '' if it has none. */
function queryValue(path: string, name: string): string | undefined {
  const question = path.indexOf('?')
  if (question === -1) return undefined
  const hash = path.indexOf('#', question)
  const query = path.slice(question + 1, hash === -1 ? undefined : hash)
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if ((equals === -1 ? pair : pair.slice(0, equals)) === name) return equals === -1 ? '' : pair.slice(equals + 1)
  }
  return undefined
}

function compileFraction(fraction: Fraction, random: Random): Matcher {
  const share = fraction.numerator / fraction.denominator
  return () => random() < share
}
