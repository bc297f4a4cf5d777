import { DEAD_CLUSTER, EMPTY_CLUSTER } from '../bootstrap.ts'
import { get, request, type Suite } from '../case.ts'

const HOST = 'replies.twin'

/** Answers that the proxy makes itself. */
export const replies: Suite = {
  name: 'replies',
  virtualHost: {
    name: 'replies',
    domains: [HOST],
    routes: [
      { match: { prefix: '/https' }, redirect: { https_redirect: true } },
      {
        match: { prefix: '/host' },
        redirect: { host_redirect: 'new.example', port_redirect: 8443, response_code: 'FOUND' },
      },
      { match: { prefix: '/path' }, redirect: { path_redirect: '/there?now', response_code: 'TEMPORARY_REDIRECT' } },
      { match: { prefix: '/prefix' }, redirect: { prefix_rewrite: '/new', response_code: 'PERMANENT_REDIRECT' } },
      {
        match: { prefix: '/strip' },
        redirect: { path_redirect: '/bare', strip_query: true, response_code: 'SEE_OTHER' },
      },
      { match: { prefix: '/direct' }, direct_response: { status: 418, body: { inline_string: 'short and stout' } } },
      { match: { prefix: '/bodyless' }, direct_response: { status: 204 } },
      { name: 'gone', match: { prefix: '/missing' }, route: { cluster: 'missing' } },
      { match: { prefix: '/not-found' }, route: { cluster: 'missing', cluster_not_found_response_code: 'NOT_FOUND' } },
      { match: { prefix: '/empty' }, route: { cluster: EMPTY_CLUSTER } },
      { match: { prefix: '/dead' }, route: { cluster: DEAD_CLUSTER } },
      { match: { prefix: '/slow' }, route: { cluster: 'alpha', timeout: '0.1s' } },
      { match: { prefix: '/' }, route: { cluster: 'alpha' } },
    ],
  },
  cases: [
    { name: 'redirect to https', send: get(HOST, '/https?a=b'), statuses: [301] },
    { name: 'redirect to a host and port', send: get(HOST, '/host/x?a'), statuses: [302] },
    { name: 'redirect to a path', send: get(HOST, '/path?a'), statuses: [307] },
    { name: 'redirect with another prefix', send: get(HOST, '/prefix/x?a'), statuses: [308] },
    { name: 'redirect without the query', send: get(HOST, '/strip?a'), statuses: [303] },
    { name: 'direct response', send: get(HOST, '/direct'), statuses: [418] },
    { name: 'direct response to HEAD', send: request(['HEAD /direct HTTP/1.1', `host: ${HOST}`]), statuses: [418] },
    { name: 'direct response without a body', send: get(HOST, '/bodyless'), statuses: [204] },
    { name: 'unknown cluster', send: get(HOST, '/missing'), statuses: [503] },
    { name: 'unknown cluster with a status of its own', send: get(HOST, '/not-found'), statuses: [404] },
    { name: 'no endpoint', send: get(HOST, '/empty'), statuses: [503] },
    { name: 'connection refused', send: get(HOST, '/dead'), statuses: [503] },
    { name: 'upstream answers too late', send: get(HOST, '/slow'), upstream: [{ answer: 'silence' }], statuses: [504] },
    {
      name: 'upstream answers nonsense',
      send: get(HOST, '/'),
      upstream: [{ answer: 'this is not HTTP\r\n\r\n' }],
      statuses: [502],
    },
    {
      name: 'upstream answers with an error',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno' }],
      statuses: [500],
    },
  ],
}
