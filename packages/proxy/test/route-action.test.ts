import { describe, expect, it } from 'vitest'
import type { Exchange } from '../src/http/exchange.ts'
import { compileRoutes, type MatchedRoute } from '../src/route/route-table.ts'
import { makeExchange } from './make-exchange.ts'
import { makeRoutesOf } from './make-routes.ts'

function matched(route: object, exchange: Exchange, host: object = {}, config: object = {}, random = 0): MatchedRoute {
  const found = compileRoutes(makeRoutesOf([route], host, config), () => random).match(exchange)
  if (found === null) throw new Error('no route')
  return found
}

function prepared(route: object, exchange: Exchange, host: object = {}, config: object = {}): Exchange {
  const found = matched(route, exchange, host, config)
  found.pickTarget(exchange)
  found.prepareRequest(exchange, true)
  return exchange
}

const add = (key: string, value: string, more: object = {}) => ({ header: { key, value }, ...more })
const OVERWRITE = { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }

describe('targets', () => {
  const clusters = [
    { name: 'v1', weight: 70 },
    { name: 'none', weight: 0 },
    { name: 'v2', weight: 30 },
  ]
  it.each([
    [0, 'v1'],
    [0.699, 'v1'],
    [0.7, 'v2'],
    [0.999, 'v2'],
  ])('at %d of the weights is %s', (random, expected) => {
    const exchange = makeExchange()
    const route = matched(
      { match: { prefix: '/' }, route: { weighted_clusters: { clusters } } },
      exchange,
      {},
      {},
      random,
    )
    expect(route.pickTarget(exchange).name).toBe(expected)
    expect(exchange.target?.name).toBe(expected)
  })

  it('can come from a header', () => {
    const exchange = makeExchange({ headers: { 'x-cluster': 'blue' } })
    const route = matched({ match: { prefix: '/' }, route: { cluster_header: 'X-Cluster' } }, exchange)
    expect(route.pickTarget(exchange).name).toBe('blue')
  })

  it('refuses weights that are all 0', () => {
    const route = { match: { prefix: '/' }, route: { weighted_clusters: { clusters: [{ name: 'a', weight: 0 }] } } }
    expect(() => matched(route, makeExchange())).toThrow(/must not all be 0/)
  })
})

describe('rewrites', () => {
  it.each([
    [{ prefix: '/api' }, { prefix_rewrite: '/' }, '/api/users?x=1', '//users?x=1'],
    [{ prefix: '/api/' }, { prefix_rewrite: '/' }, '/api/users?x=1', '/users?x=1'],
    [{ path_separated_prefix: '/api' }, { prefix_rewrite: '/v2' }, '/api/a', '/v2/a'],
    [{ path: '/a' }, { prefix_rewrite: '/b' }, '/a?x', '/b?x'],
    [{ safe_regex: { regex: '/x/.*' } }, { prefix_rewrite: '/y' }, '/x/1?q', '/y?q'],
    [
      { prefix: '/' },
      { regex_rewrite: { pattern: { regex: '^/service/([^/]+)(/.*)$' }, substitution: '\\2/instance/\\1' } },
      '/service/foo/v1/api?x=1',
      '/v1/api/instance/foo?x=1',
    ],
    [
      { prefix: '/' },
      { regex_rewrite: { pattern: { regex: 'one' }, substitution: 'two' } },
      '/xx/one/yy/one/zz',
      '/xx/two/yy/two/zz',
    ],
  ])('%o with %o: %s becomes %s', (match, rewrite, path, expected) => {
    const exchange = prepared({ match, route: { cluster: 'c', ...rewrite } }, makeExchange({ path }))
    expect(exchange.path).toBe(expected)
    expect(exchange.requestHeaders.get('x-envoy-original-path')).toBe(path)
  })

  it('changes the host', () => {
    const route = {
      match: { prefix: '/' },
      route: { cluster: 'c', host_rewrite_literal: 'b.com', append_x_forwarded_host: true },
    }
    const exchange = prepared(route, makeExchange({ authority: 'a.com' }))
    expect(exchange.authority).toBe('b.com')
    expect(exchange.requestHeaders.get('x-forwarded-host')).toBe('a.com')
    expect(exchange.requestHeaders.get('x-envoy-original-host')).toBe('a.com')
  })

  it('changes the host to that of the chosen cluster, and from there to that of the route', () => {
    const target = { clusters: [{ name: 'c', weight: 1, host_rewrite_literal: 'c.com' }] }
    const ofTarget = prepared({ match: { prefix: '/' }, route: { weighted_clusters: target } }, makeExchange())
    expect([ofTarget.authority, ofTarget.requestHeaders.get('x-envoy-original-host')]).toEqual(['c.com', undefined])
    const route = { weighted_clusters: target, host_rewrite_literal: 'b.com' }
    const ofBoth = prepared({ match: { prefix: '/' }, route }, makeExchange())
    expect([ofBoth.authority, ofBoth.requestHeaders.get('x-envoy-original-host')]).toEqual(['b.com', 'c.com'])
  })

  it('leaves what it is not told to change', () => {
    const exchange = prepared({ match: { prefix: '/' }, route: { cluster: 'c' } }, makeExchange({ path: '/a?b' }))
    expect([exchange.path, exchange.authority, exchange.requestHeaders.size]).toEqual(['/a?b', 'example.com', 0])
  })

  it('refuses a group that the pattern has not', () => {
    const route = {
      match: { prefix: '/' },
      route: { cluster: 'c', regex_rewrite: { pattern: { regex: 'a' }, substitution: '\\1' } },
    }
    expect(() => matched(route, makeExchange())).toThrow(/no group 1/)
  })
})

describe('header mutations', () => {
  it('go from the most specific level to the least, removals first', () => {
    const level = (name: string) => ({
      request_headers_to_add: [add('x-last', name, OVERWRITE), add('x-all', name)],
      request_headers_to_remove: [`x-not-${name}`],
    })
    const exchange = prepared(
      {
        match: { prefix: '/' },
        route: { weighted_clusters: { clusters: [{ name: 'c', weight: 1, ...level('cluster') }] } },
        ...level('route'),
      },
      makeExchange({ headers: { 'x-not-route': '1', 'x-not-host': '1', keep: '1' } }),
      level('host'),
      level('config'),
    )
    const { requestHeaders } = exchange
    expect(requestHeaders.get('x-last')).toBe('config')
    expect(requestHeaders.getCombined('x-all')).toBe('cluster,route,host,config')
    expect([requestHeaders.has('x-not-route'), requestHeaders.has('x-not-host'), requestHeaders.has('keep')]).toEqual([
      false,
      false,
      true,
    ])
  })

  it.each([
    ['APPEND_IF_EXISTS_OR_ADD', 'old,new', 'new'],
    ['ADD_IF_ABSENT', 'old', 'new'],
    ['OVERWRITE_IF_EXISTS_OR_ADD', 'new', 'new'],
    ['OVERWRITE_IF_EXISTS', 'new', undefined],
  ])('%s', (append_action, whenThere, whenMissing) => {
    const route = {
      match: { prefix: '/' },
      route: { cluster: 'c' },
      request_headers_to_add: [add('X-A', 'new', { append_action })],
    }
    const there = prepared(route, makeExchange({ headers: { 'x-a': 'old' } }))
    expect(there.requestHeaders.getCombined('x-a')).toBe(whenThere)
    expect(prepared(route, makeExchange()).requestHeaders.getCombined('x-a')).toBe(whenMissing)
  })

  it('fills in what the request says, and adds nothing for nothing', () => {
    const route = {
      match: { prefix: '/' },
      route: { cluster: 'c' },
      request_headers_to_add: [
        add('x-from', 'peer %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% 100%%'),
        add('x-none', '%REQ(x-missing)%'),
      ],
    }
    const exchange = prepared(route, makeExchange({ downstreamRemoteAddress: '10.0.0.1:99' }))
    expect(exchange.requestHeaders.get('x-from')).toBe('peer 10.0.0.1 100%')
    expect(exchange.requestHeaders.has('x-none')).toBe(false)
  })

  it('changes responses too', () => {
    const exchange = makeExchange({ responseHeaders: { server: 'app', 'x-drop': '1' } })
    const route = {
      match: { prefix: '/' },
      direct_response: { status: 200 },
      response_headers_to_add: [add('x-up', '%UPSTREAM_HOST%-')],
      response_headers_to_remove: ['X-Drop'],
    }
    matched(route, exchange).prepareResponse(exchange)
    expect(exchange.responseHeaders?.has('x-drop')).toBe(false)
    expect(exchange.responseHeaders?.get('x-up')).toBe('-')
  })

  it.each([[':path'], ['Host']])('refuses to change %s', (key) => {
    const route = { match: { prefix: '/' }, route: { cluster: 'c' }, request_headers_to_add: [add(key, 'x')] }
    expect(() => matched(route, makeExchange())).toThrow(expect.objectContaining({ code: 'bad-header' }))
  })
})

describe('redirects', () => {
  it.each([
    [{ https_redirect: true }, 'a.com:80', '/x?q=1', 'https://a.com/x?q=1'],
    [{ https_redirect: true }, 'a.com:8080', '/x', 'https://a.com:8080/x'],
    [{ host_redirect: 'b.com' }, 'a.com', '/x', 'http://b.com/x'],
    [{ port_redirect: 81 }, 'a.com:80', '/x', 'http://a.com:81/x'],
    [{ path_redirect: '/y' }, 'a.com', '/x?q=1', 'http://a.com/y?q=1'],
    [{ path_redirect: '/y', strip_query: true }, 'a.com', '/x?q=1', 'http://a.com/y'],
    [{ path_redirect: '/y?z=2', strip_query: true }, 'a.com', '/x?q=1', 'http://a.com/y?z=2'],
    [{ prefix_rewrite: '/new/' }, 'a.com', '/old?q', 'http://a.com/new/old?q'],
    [{ scheme_redirect: 'ftp', strip_query: true }, 'a.com', '/x?q', 'ftp://a.com/x'],
  ])('%o of %s%s', (redirect, authority, path, expected) => {
    const exchange = makeExchange({ authority, path, headers: { 'x-forwarded-proto': 'http' } })
    expect(matched({ match: { prefix: '/' }, redirect }, exchange).redirectLocation(exchange, true)).toBe(expected)
  })

  it('sends plaintext to TLS where the virtual host requires it', () => {
    const route = { match: { prefix: '/' }, route: { cluster: 'c' } }
    const exchange = makeExchange({ authority: 'a.com', path: '/x' })
    const found = matched(route, exchange, { require_tls: 'ALL' })
    expect(found.entry.action).toMatchObject({ kind: 'redirect', status: 301 })
    expect(found.redirectLocation(exchange, true)).toBe('https://a.com/x')
    const secure = makeExchange({ headers: { 'x-forwarded-proto': 'https' } })
    expect(matched(route, secure, { require_tls: 'ALL' }).entry.action.kind).toBe('route')
  })
})

it('has the retry policy of the route before that of the virtual host', () => {
  const host = { retry_policy: { retry_on: '5xx', num_retries: 7 } }
  const own = { match: { prefix: '/' }, route: { cluster: 'c', retry_policy: { retry_on: 'reset' } } }
  expect(matched(own, makeExchange(), host).retry).toMatchObject({ on: ['reset'], numRetries: 1 })
  expect(matched({ match: { prefix: '/' }, route: { cluster: 'c' } }, makeExchange(), host).retry?.numRetries).toBe(7)
})
