import { request } from '../../case.ts'
import type { ProtocolCase } from '../case.ts'
import { call, get, http1, inTurn, post, whole } from './plays.ts'

/** What routes, virtual hosts and connection managers make of hosts, paths, headers and local replies. */

const upstream = 'http2'
const answers = (...statuses: readonly number[]) => ({ responses: statuses.map((status) => ({ status })) })
const add = (key: string, value: string, append_action = 'APPEND_IF_EXISTS_OR_ADD', more: object = {}) => ({
  header: { key, value },
  append_action,
  ...more,
})
const SET = 'OVERWRITE_IF_EXISTS_OR_ADD'
const ABSENT = 'ADD_IF_ABSENT'
const INTERNAL = { internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] } }
const INSIDE = { use_remote_address: false }

/** A case whose virtual host is given whole. */
const routed = (
  name: string,
  route: object,
  host: object,
  play: ProtocolCase['play'],
  status: number,
): ProtocolCase => ({
  name: `routes: ${name}`,
  upstream,
  virtualHost: { routes: [route], ...host },
  play,
  shows: answers(status),
})
const redirected = (name: string, redirect: object, play: ProtocolCase['play'], match: object = { prefix: '/' }) =>
  routed(`sent elsewhere: ${name}`, { match, redirect }, {}, play, 301)
const asks = (host: string, path: string): ProtocolCase['play'] => {
  return (world) => http1(world, request([`GET ${path} HTTP/1.1`, `host: ${host}`]))
}
const direct = (status: number, more: object = {}) => ({ match: { prefix: '/' }, direct_response: { status, ...more } })

const redirects: readonly ProtocolCase[] = [
  redirected('another scheme, default port', { https_redirect: true }, asks('shop:80', '/a?b')),
  redirected('another scheme, another port', { https_redirect: true }, asks('shop:8080', '/a')),
  redirected('another port of IPv6', { port_redirect: 81 }, asks('[::1]:80', '/a')),
  redirected(
    'another host with a port, and a port',
    { host_redirect: 'b.com:81', port_redirect: 82 },
    asks('shop', '/'),
  ),
  redirected('a path without its slash', { path_redirect: 'rel' }, asks('shop', '/a?b')),
  redirected(
    'another prefix, as the log shows',
    { prefix_rewrite: '/n?z', strip_query: true },
    asks('shop', '/a/b?c'),
    {
      prefix: '/a',
    },
  ),
  redirected(
    'a part of the path',
    { regex_rewrite: { pattern: { regex: '^/(\\w+)/(\\w+)$' }, substitution: '/\\2/\\1' } },
    asks('shop', '/a/b?c'),
  ),
  redirected('by the scheme that the proxy before this one saw', { path_redirect: '/x' }, (world) =>
    call(world, { ':scheme': 'https' }).then((seen) => ({ responses: [seen] })),
  ),
  routed(
    'a location that the route adds to',
    {
      match: { prefix: '/' },
      redirect: { path_redirect: '/x' },
      response_headers_to_add: [add('location', 'v'), add('x-set', 'v', SET)],
    },
    {},
    asks('shop', '/'),
    301,
  ),
  routed(
    'TLS is demanded, and nothing is added',
    direct(200),
    { require_tls: 'ALL', response_headers_to_add: [add('x-a', 'v')] },
    asks('shop:80', '/a?b'),
    301,
  ),
  routed('a direct response with a status that has a location', direct(201), {}, asks('shop', '/a?b'), 201),
]

const localReplies: readonly ProtocolCase[] = [
  routed(
    'a local reply has its content last',
    {
      match: { prefix: '/' },
      direct_response: { status: 404, body: { inline_string: 'no' } },
      response_headers_to_add: [add('content-type', 'text/html'), add('x-why', '%RESPONSE_CODE_DETAILS%')],
      response_headers_to_remove: ['content-length'],
    },
    {},
    asks('shop', '/'),
    404,
  ),
  routed(
    'a local reply to gRPC keeps its content type',
    { ...direct(404), response_headers_to_remove: ['content-type', 'grpc-status'] },
    {},
    async (world) => ({
      responses: [await call(world, { ':method': 'POST', 'content-type': 'application/grpc' }, '')],
    }),
    200,
  ),
  routed(
    'HEAD has no message of gRPC',
    direct(503, { body: { inline_string: 'no' } }),
    {},
    (world) => {
      return http1(world, request(['HEAD / HTTP/1.1', 'host: shop', 'content-type: application/grpc']))
    },
    200,
  ),
  routed(
    'an upgrade that is refused is answered as the route says',
    { match: { prefix: '/' }, route: { cluster: 'none' }, response_headers_to_add: [add('x-a', 'v')] },
    {},
    (world) => http1(world, get('/', 'connection: upgrade', 'upgrade: other')),
    403,
  ),
  routed(
    'but not as a direct response says',
    { ...direct(200), response_headers_to_add: [add('x-a', 'v')] },
    {},
    (world) => http1(world, get('/', 'connection: upgrade', 'upgrade: other')),
    403,
  ),
  {
    name: 'routes: HEAD without a length',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200 }, 'yes')
      return http1(world, request(['HEAD / HTTP/1.1', 'host: shop']))
    },
    shows: answers(200),
  },
]

const level = (name: string) => ({
  request_headers_to_add: [add('x-last', name, SET), add('x-all', name), add('x-absent', name, ABSENT)],
})

const headers: readonly ProtocolCase[] = [
  ...['accept', 'user-agent', 'x-request-id', 'cache-control', 'x-other', 'x-forwarded-for'].map(
    (name): ProtocolCase => ({
      name: `headers: ${name} twice, and once more by the virtual host`,
      upstream: 'raw',
      virtualHost: { request_headers_to_add: [add(name, 'c')] },
      play: (world) => http1(world, get('/', `${name}: a`, `${name}: b`, 'connection: close')),
      shows: answers(200),
    }),
  ),
  {
    name: 'headers: fields that are lists, and their empty items',
    upstream: 'raw',
    play: (world) => http1(world, get('/', 'accept:', 'accept: b', 'accept:', 'via: ', 'te: gzip, trailers')),
    manager: { via: 'v1' },
    shows: answers(200),
  },
  {
    name: 'headers: fields of a response that are lists',
    upstream: 'raw',
    manager: { via: 'v1' },
    play: (world) => {
      const fields = ['via: 1', 'vary: a', 'vary: b', 'set-cookie: a', 'set-cookie: b', 'x-a: 1', 'x-a: 2']
      world.rawOrigin.answer = ({ socket }) =>
        socket.write(`HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`)
      return http1(world, get())
    },
    shows: answers(200),
  },
  {
    name: 'headers: within a level values are computed first',
    upstream,
    virtualHost: {
      request_headers_to_add: [
        add('x-a', 'new', SET),
        add('x-b', '%REQ(x-a)%'),
        add('x-c', '1', ABSENT),
        add('x-c', '2', ABSENT),
        add('x-d', '', SET, { keep_empty_value: true }),
        add('x-e', '', SET),
      ],
    },
    play: (world) => http1(world, get('/', 'x-a: old', 'x-e: kept')),
    shows: answers(200),
  },
  {
    name: 'headers: an id that the route changes is the id of the response',
    upstream,
    manager: { always_set_request_id_in_response: true },
    virtualHost: { request_headers_to_add: [add('x-request-id', 'more')] },
    play: (world) => http1(world, get('/', 'x-request-id: 1')),
    shows: answers(200),
  },
  ...['http://a/b?c', 'a/b', '/a', 'http://u@a/', '/a#b', 'a b', 'a:b'].map(
    (referer): ProtocolCase => ({
      name: `headers: the referer ${referer}`,
      upstream,
      play: (world) => http1(world, get('/', `referer: ${referer}`)),
      shows: answers(200),
    }),
  ),
]

const clients: readonly ProtocolCase[] = [
  ...['1.2.3.4', '1.2.3.4, 10.0.0.5', '1.2.3.4:80', '::1', 'junk', ''].flatMap((forwarded) => [
    {
      name: `clients: behind proxies of the mesh: ${forwarded}`,
      upstream,
      manager: { ...INSIDE, ...INTERNAL },
      play: (world) => http1(world, get('/', `x-forwarded-for: ${forwarded}`)),
      shows: answers(200),
    } satisfies ProtocolCase,
    {
      name: `clients: behind one proxy at the edge: ${forwarded}`,
      upstream,
      manager: { xff_num_trusted_hops: 1, ...INTERNAL },
      play: (world) => http1(world, get('/', `x-forwarded-for: ${forwarded}`)),
      shows: answers(200),
    } satisfies ProtocolCase,
  ]),
  ...['https', 'HTTPS', 'ftp'].map(
    (scheme): ProtocolCase => ({
      name: `clients: who came by ${scheme}`,
      upstream,
      manager: INSIDE,
      play: (world) => http1(world, get('/', `x-forwarded-proto: ${scheme}`)),
      shows: answers(200),
    }),
  ),
  {
    name: 'clients: https in the request line, behind other proxies',
    upstream,
    manager: INSIDE,
    play: (world) => http1(world, request(['GET HTTPS://shop/a HTTP/1.1', 'host: other'])),
    shows: answers(200),
  },
  {
    name: 'clients: a scheme that is none',
    upstream,
    play: async (world) => ({ responses: [await call(world, { ':scheme': 'ftp' })] }),
    shows: answers(200),
  },
]

const rewrites: readonly ProtocolCase[] = [
  {
    name: 'rewrites: the host of an endpoint without a name stays',
    upstream,
    route: { auto_host_rewrite: true },
    play: (world) => http1(world, get()),
    shows: answers(200),
  },
  {
    name: 'rewrites: to the same host',
    upstream,
    route: { host_rewrite_literal: 'shop', append_x_forwarded_host: true },
    play: (world) => http1(world, get('/', 'x-forwarded-host: shop')),
    shows: answers(200),
  },
  {
    name: 'rewrites: without headers of Envoy',
    upstream,
    router: { suppress_envoy_headers: true },
    route: { host_rewrite_literal: 'other', prefix_rewrite: '/new' },
    play: (world) => http1(world, get('/a')),
    shows: answers(200),
  },
  {
    name: 'rewrites: the host is not touched where the path is refused',
    upstream,
    manager: { strip_any_host_port: true, path_with_escaped_slashes_action: 'REJECT_REQUEST' },
    play: (world) => http1(world, request(['GET /a%2Fb HTTP/1.1', 'host: shop:81'])),
    shows: answers(400),
  },
  {
    name: 'rewrites: only calls of gRPC',
    upstream,
    match: { prefix: '/', grpc: {} },
    play: async (world) => ({
      responses: [
        await call(world),
        await call(world, { ':method': 'POST', 'content-type': 'application/grpc+x' }, ''),
      ],
    }),
    shows: answers(404, 200),
  },
]

const tries: readonly ProtocolCase[] = [
  {
    name: 'tries: each header names conditions of its own',
    upstream,
    manager: INTERNAL,
    play: (world) => {
      world.http2Origin.answer = inTurn(whole({ ':status': 503 }), whole({ ':status': 200 }, 'yes'))
      return http1(world, get('/', 'x-envoy-retry-grpc-on: 5xx', 'x-envoy-retriable-header-names: a'))
    },
    shows: answers(503),
  },
  {
    name: 'tries: a duration that the caller says',
    upstream,
    manager: INTERNAL,
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get('/', 'x-envoy-upstream-stream-duration-ms: 120'))
    },
    shows: answers(504),
  },
  {
    name: 'tries: what follows upon 103 is not tried again',
    upstream,
    route: { retry_policy: { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' } } },
    play: (world) => {
      world.http2Origin.answer = inTurn(
        (stream) => {
          stream.additionalHeaders({ ':status': 103 })
          stream.respond({ ':status': 503 }, { endStream: true })
        },
        whole({ ':status': 200 }, 'yes'),
      )
      return http1(world, post('x'))
    },
    shows: { responses: [{}] },
  },
  {
    name: 'tries: a status of gRPC that is no number',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200, 'grpc-status': 'x', 'content-type': 'application/grpc' })
      return call(world, { ':method': 'POST', 'content-type': 'application/grpc' }, '')
    },
    shows: { status: 200 },
  },
]

const order: readonly ProtocolCase[] = [false, true].map((most_specific_header_mutations_wins, index) => ({
  name: `headers: levels ${most_specific_header_mutations_wins ? 'from wide to narrow' : 'from narrow to wide'}`,
  upstream,
  cluster: { name: `levels ${index}` },
  manager: {
    route_config: {
      name: 'routes',
      validate_clusters: false,
      most_specific_header_mutations_wins,
      ...level('config'),
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          ...level('host'),
          routes: [
            {
              match: { prefix: '/' },
              route: { weighted_clusters: { clusters: [{ name: `levels ${index}`, weight: 1, ...level('cluster') }] } },
              ...level('route'),
            },
          ],
        },
      ],
    },
  },
  play: (world) => http1(world, get()),
  shows: answers(200),
}))

export const routeChanges: readonly ProtocolCase[] = [
  ...redirects,
  ...localReplies,
  ...headers,
  ...order,
  ...clients,
  ...rewrites,
  ...tries,
]
