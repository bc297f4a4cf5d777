import { get, request, type Suite } from '../case.ts'

const HOST = 'match.twin'
const route = (match: unknown, name: string) => ({
  name,
  match,
  direct_response: { status: 200, body: { inline_string: name } },
})
const to = (cluster: string) => ({ route: { cluster } })

/** Which route takes a request. Routes answer with their own name. */
export const match: Suite = {
  name: 'match',
  virtualHost: {
    name: 'match',
    domains: [HOST],
    routes: [
      route({ path: '/exact' }, 'exact'),
      route({ path: '/any-case', case_sensitive: false }, 'any-case'),
      route({ path_separated_prefix: '/api' }, 'separated'),
      route({ safe_regex: { regex: '/items/[0-9]+' } }, 'regex'),
      route({ prefix: '/h', headers: [{ name: 'x-who', string_match: { exact: 'ann' } }] }, 'header-exact'),
      route({ prefix: '/h', headers: [{ name: 'x-who', string_match: { prefix: 'be' } }] }, 'header-prefix'),
      route(
        { prefix: '/h', headers: [{ name: 'x-who', string_match: { safe_regex: { regex: 'c[ae]t' } } }] },
        'header-regex',
      ),
      route({ prefix: '/h', headers: [{ name: 'x-flag', present_match: true }] }, 'header-present'),
      route(
        { prefix: '/h', headers: [{ name: 'x-not', string_match: { exact: 'no' }, invert_match: true }] },
        'header-invert',
      ),
      route({ prefix: '/q', query_parameters: [{ name: 'v', string_match: { exact: '2' } }] }, 'query-exact'),
      route({ prefix: '/q', query_parameters: [{ name: 'debug', present_match: true }] }, 'query-present'),
      route({ prefix: '/m', headers: [{ name: ':method', string_match: { exact: 'DELETE' } }] }, 'method'),
      { name: 'beta', match: { prefix: '/beta' }, ...to('beta') },
      { name: 'alpha', match: { prefix: '/a' }, ...to('alpha') },
    ],
  },
  cases: [
    { name: 'prefix', send: get(HOST, '/a/b?c=d'), statuses: [200], reaches: ['alpha'] },
    { name: 'a prefix is a string, not a segment', send: get(HOST, '/abc'), statuses: [200], reaches: ['alpha'] },
    { name: 'the first route that matches wins', send: get(HOST, '/beta'), statuses: [200], reaches: ['beta'] },
    { name: 'exact', send: get(HOST, '/exact'), statuses: [200] },
    { name: 'exact does not see the query', send: get(HOST, '/exact?x=/exact'), statuses: [200] },
    { name: 'exact is the whole path', send: get(HOST, '/exact/'), statuses: [404] },
    { name: 'case heeded', send: get(HOST, '/Exact'), statuses: [404] },
    { name: 'case not heeded', send: get(HOST, '/ANY-case'), statuses: [200] },
    { name: 'separated prefix, itself', send: get(HOST, '/api'), statuses: [200] },
    { name: 'separated prefix, below', send: get(HOST, '/api/v1'), statuses: [200] },
    { name: 'regex', send: get(HOST, '/items/42?full'), statuses: [200] },
    { name: 'regex is the whole path', send: get(HOST, '/items/42/x'), statuses: [404] },
    { name: 'header exact', send: get(HOST, '/h', 'X-Who: ann'), statuses: [200] },
    { name: 'header prefix', send: get(HOST, '/h', 'x-who: bert', 'x-not: no'), statuses: [200] },
    { name: 'header regex is the whole value', send: get(HOST, '/h', 'x-who: cats', 'x-not: no'), statuses: [404] },
    { name: 'header regex', send: get(HOST, '/h', 'x-who: cat', 'x-not: no'), statuses: [200] },
    { name: 'header present', send: get(HOST, '/h', 'x-flag:', 'x-not: no'), statuses: [200] },
    { name: 'header inverted, other value', send: get(HOST, '/h', 'x-not: yes'), statuses: [200] },
    { name: 'header inverted does not match a missing one', send: get(HOST, '/h'), statuses: [404] },
    { name: 'query exact', send: get(HOST, '/q?a=1&v=2'), statuses: [200] },
    { name: 'query present', send: get(HOST, '/q?debug'), statuses: [200] },
    { name: 'query matches no other', send: get(HOST, '/q?v=3'), statuses: [404] },
    { name: 'method', send: request(['DELETE /m HTTP/1.1', `host: ${HOST}`]), statuses: [200] },
    { name: 'no route', send: get(HOST, '/none'), statuses: [404] },
    { name: 'path is normalised before it is matched', send: get(HOST, '/none/../exact'), statuses: [200] },
  ],
}
