import { describe, expect, it } from 'vitest'
import { findVirtualHost, matchesRoute } from '../src/route-matching.ts'
import type { RouteMatchJson } from '../src/xds-json.ts'

describe('the virtual host', () => {
  const hosts = ['a.b.com', '*.b.com', '*.a.b.com', 'a.*', 'a.b.*', '*'].map((domain) => ({
    name: domain,
    domains: [domain],
  }))
  it.each([
    ['a.b.com', 'a.b.com'],
    ['A.B.com', 'a.b.com'],
    ['x.b.com', '*.b.com'],
    ['x.a.b.com', '*.a.b.com'],
    ['a.b.org', 'a.b.*'],
    ['a.c', 'a.*'],
    ['.b.com', '*'],
    ['z', '*'],
  ])('for %s is %s', (authority, name) => {
    expect(findVirtualHost({ virtualHosts: hosts }, authority)?.name).toBe(name)
  })

  it('is found with a port only if that is ignored', () => {
    const config = { virtualHosts: [{ name: 'a', domains: ['a'] }] }
    expect(findVirtualHost(config, 'a:80')).toBeUndefined()
    expect(findVirtualHost({ ...config, ignorePortInHostMatching: true }, 'a:80')?.name).toBe('a')
  })
})

describe('a route', () => {
  const request = { path: '/a/b?x=1&y=', headers: new Map([['x-user', 'ann']]) }
  const cases: readonly (readonly [string, RouteMatchJson, boolean])[] = [
    ['prefix', { prefix: '/a' }, true],
    ['another prefix', { prefix: '/b' }, false],
    ['exact without the query', { path: '/a/b' }, true],
    ['case', { path: '/A/B' }, false],
    ['case that does not matter', { path: '/A/B', caseSensitive: false }, true],
    ['a full regex', { safeRegex: { regex: '/a/.' } }, true],
    ['a regex for a part', { safeRegex: { regex: '/a' } }, false],
    ['a header', { headers: [{ name: 'X-User', stringMatch: { exact: 'ann' } }] }, true],
    ['presence', { headers: [{ name: 'x-user', presentMatch: true }] }, true],
    ['absence', { headers: [{ name: 'x-none', presentMatch: true, invertMatch: true }] }, true],
    ['a missing header', { headers: [{ name: 'x-none', stringMatch: { prefix: 'a' }, invertMatch: true }] }, false],
    [
      'a missing header taken for empty',
      {
        headers: [{ name: 'x-none', stringMatch: { prefix: 'a' }, invertMatch: true, treatMissingHeaderAsEmpty: true }],
      },
      true,
    ],
    ['a query parameter', { queryParameters: [{ name: 'x', stringMatch: { exact: '1' } }] }, true],
    ['an empty query parameter', { queryParameters: [{ name: 'y', presentMatch: true }] }, true],
    ['a missing query parameter', { queryParameters: [{ name: 'z', presentMatch: true }] }, false],
  ]
  it.each(cases)('by %s', (_, match, expected) => {
    expect(matchesRoute(match, request)).toBe(expected)
  })
})
