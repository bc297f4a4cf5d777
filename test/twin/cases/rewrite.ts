import { get, type Suite } from '../case.ts'

const HOST = 'rewrite.twin'
const to = (match: unknown, action: object) => ({ match, route: { cluster: 'alpha', ...action } })

/** What the upstream sees of path and host. */
export const rewrite: Suite = {
  name: 'rewrite',
  virtualHost: {
    name: 'rewrite',
    domains: [HOST],
    routes: [
      to({ prefix: '/p/' }, { prefix_rewrite: '/' }),
      to({ path: '/e' }, { prefix_rewrite: '/exact' }),
      to({ prefix: '/r' }, { regex_rewrite: { pattern: { regex: '^/r/([^/]+)/(.*)$' }, substitution: '/\\2/of/\\1' } }),
      to({ prefix: '/host' }, { host_rewrite_literal: 'other.example' }),
      to({ prefix: '/header-host' }, { host_rewrite_header: 'x-host' }),
      to({ prefix: '/fwd' }, { host_rewrite_literal: 'other.example', append_x_forwarded_host: true }),
      to({ prefix: '/' }, {}),
    ],
  },
  cases: [
    { name: 'prefix', send: get(HOST, '/p/a/b'), statuses: [200] },
    { name: 'prefix keeps the query', send: get(HOST, '/p/a?b=/p/'), statuses: [200] },
    { name: 'exact path', send: get(HOST, '/e?q'), statuses: [200] },
    { name: 'regex with groups', send: get(HOST, '/r/one/two/three?q=1'), statuses: [200] },
    { name: 'regex that does not match', send: get(HOST, '/r/one'), statuses: [200] },
    { name: 'host', send: get(HOST, '/host'), statuses: [200] },
    { name: 'host and x-forwarded-host', send: get(HOST, '/fwd'), statuses: [200] },
    { name: 'host from a header', send: get(HOST, '/header-host', 'x-host: picked.example'), statuses: [200] },
    { name: 'none', send: get(HOST, '/a%20b/%2F/;c?d=%20&e=a/../b'), statuses: [200] },
    {
      name: 'dot segments and escapes are normalised',
      send: get(HOST, '/x/./y/../%7Ez/%2e%2e/w%2fv'),
      statuses: [200],
    },
    { name: 'repeated slashes are kept', send: get(HOST, '//a//b'), statuses: [200] },
  ],
}
