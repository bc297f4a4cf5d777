import { describe, expect, it } from 'vitest'
import { compileRoutes } from '../src/route/route-table.ts'
import { makeExchange } from './make-exchange.ts'
import { makeRoutesOf } from './make-routes.ts'

type Request = Parameters<typeof makeExchange>[0]

function matches(match: object, request: Request, random = 0): boolean {
  const table = compileRoutes(makeRoutesOf([{ match, route: { cluster: 'c' } }]), () => random)
  return table.match(makeExchange(request)) !== null
}

describe('paths', () => {
  it.each([
    [{ prefix: '/' }, '/anything?x', true],
    [{ prefix: '/foo' }, '/foobar', true],
    [{ prefix: '/foo' }, '/Foo', false],
    [{ prefix: '/foo', case_sensitive: false }, '/FOO/1', true],
    [{ path: '/a' }, '/a', true],
    [{ path: '/a' }, '/a?q=1', true],
    [{ path: '/a' }, '/a#f', true],
    [{ path: '/a' }, '/a/', false],
    [{ path: '/a', case_sensitive: false }, '/A', true],
    [{ path_separated_prefix: '/api' }, '/api', true],
    [{ path_separated_prefix: '/api' }, '/api/v1', true],
    [{ path_separated_prefix: '/api' }, '/api?x', true],
    [{ path_separated_prefix: '/api' }, '/apiv1', false],
    [{ safe_regex: { regex: '/v[0-9]+' } }, '/v12', true],
    [{ safe_regex: { regex: '/v[0-9]+' } }, '/v12?x=y', true],
    [{ safe_regex: { regex: '/v[0-9]+' } }, '/v12/more', false],
    [{ safe_regex: { regex: '/plain' } }, '/plain', true],
    [{ safe_regex: { regex: '/plain' } }, '/plain1', false],
    [{ safe_regex: { regex: '/pre.*' } }, '/prefix', true],
    [{ safe_regex: { regex: '/pre.*' } }, '/x/pre', false],
    [{ safe_regex: { regex: '/(a|b)' } }, '/b', true],
    [{ connect_matcher: {} }, '/', false],
  ])('%o and %s: %s', (match, path, expected) => {
    expect(matches(match, { path })).toBe(expected)
  })

  it('has CONNECT for itself', () => {
    expect(matches({ connect_matcher: {} }, { method: 'CONNECT', path: '' })).toBe(true)
    expect(matches({ prefix: '/' }, { method: 'CONNECT', path: '/' })).toBe(false)
  })

  it('names the field of a regular expression that is none', () => {
    expect(() => matches({ safe_regex: { regex: '/(a' } }, {})).toThrow(
      expect.objectContaining({ code: 'bad-regex', path: 'virtual_hosts[0].routes[0].match.safe_regex.regex' }),
    )
    expect(() => matches({ safe_regex: { regex: '(?=a)' } }, {})).toThrow(
      expect.objectContaining({ code: 'bad-regex' }),
    )
  })

  it('stays linear where a backtracking engine would not', () => {
    expect(matches({ safe_regex: { regex: '/(a+)+b' } }, { path: `/${'a'.repeat(4000)}` })).toBe(false)
  })
})

describe('headers', () => {
  const header = (test: object, headers: Readonly<Record<string, string>>) =>
    matches({ prefix: '/', headers: [{ name: 'X-A', ...test }] }, { headers })

  it.each([
    [{ string_match: { exact: 'v' } }, { 'x-a': 'v' }, true],
    [{ string_match: { exact: 'v' } }, { 'x-a': 'V' }, false],
    [{ string_match: { exact: 'v', ignore_case: true } }, { 'x-a': 'V' }, true],
    [{ string_match: { prefix: 'a' } }, { 'x-a': 'abc' }, true],
    [{ string_match: { suffix: 'c' } }, { 'x-a': 'abc' }, true],
    [{ string_match: { contains: 'b' } }, { 'x-a': 'abc' }, true],
    [{ string_match: { safe_regex: { regex: 'a.c' } } }, { 'x-a': 'abc' }, true],
    [{ string_match: { safe_regex: { regex: 'a.c' } } }, { 'x-a': 'abcd' }, false],
    [{ exact_match: 'v' }, { 'x-a': 'v' }, true],
    [{ present_match: true }, { 'x-a': '' }, true],
    [{ present_match: true }, {}, false],
    [{ present_match: true, invert_match: true }, {}, true],
    [{ present_match: false }, {}, true],
    [{}, { 'x-a': '1' }, true],
    [{}, {}, false],
    [{ string_match: { exact: 'v' }, invert_match: true }, { 'x-a': 'w' }, true],
    [{ string_match: { exact: 'v' }, invert_match: true }, {}, false],
    [{ string_match: { exact: 'v' }, invert_match: true, treat_missing_header_as_empty: true }, {}, true],
    [{ range_match: { start: 1, end: 10 } }, { 'x-a': '9' }, true],
    [{ range_match: { start: 1, end: 10 } }, { 'x-a': '10' }, false],
    [{ range_match: { start: 1, end: 10 } }, { 'x-a': '9x' }, false],
  ])('%o on %o: %s', (test, headers, expected) => {
    expect(header(test, headers)).toBe(expected)
  })

  it('sees the parts of the request line as headers', () => {
    const test = (name: string, exact: string) =>
      matches({ prefix: '/', headers: [{ name, string_match: { exact } }] }, { method: 'PUT', authority: 'a.com' })
    expect(test(':method', 'PUT')).toBe(true)
    expect(test(':method', 'GET')).toBe(false)
    expect(test(':authority', 'a.com')).toBe(true)
  })
})

describe('query parameters and shares', () => {
  const query = (test: object, path: string) =>
    matches({ prefix: '/', query_parameters: [{ name: 'q', ...test }] }, { path })

  it.each([
    [{}, '/?q', true],
    [{}, '/?p=1&q=', true],
    [{}, '/?qq=1', false],
    [{}, '/', false],
    [{ string_match: { exact: '1' } }, '/?q=1', true],
    [{ string_match: { exact: '1' } }, '/?q=2&q=1', false],
    [{ string_match: { exact: '' } }, '/?q', true],
    [{ present_match: false }, '/?p', true],
  ])('%o on %s: %s', (test, path, expected) => {
    expect(query(test, path)).toBe(expected)
  })

  it('takes a share of requests', () => {
    const match = { prefix: '/', runtime_fraction: { default_value: { numerator: 25 } } }
    expect(matches(match, {}, 0.24)).toBe(true)
    expect(matches(match, {}, 0.25)).toBe(false)
  })
})

describe('order', () => {
  it('takes the first route that matches, and tells the exchange', () => {
    const table = compileRoutes(
      makeRoutesOf([
        { name: 'one', match: { path: '/a' }, route: { cluster: 'c' } },
        { name: 'two', match: { prefix: '/' }, route: { cluster: 'c' } },
        { name: 'three', match: { path: '/b' }, route: { cluster: 'c' } },
      ]),
      () => 0,
    )
    const exchange = makeExchange({ path: '/b' })
    expect(table.match(exchange)?.entry.name).toBe('two')
    expect(exchange.route?.name).toBe('two')
    expect(exchange.virtualHostName).toBe('all')
  })
})
