import { request } from '../../case.ts'
import type { ProtocolCase } from '../case.ts'
import { call, get, http1, post } from './plays.ts'

/** Requests that are answered here, and connections that end with them. */

const upstream = 'raw'
const answers = (...statuses: readonly number[]) => ({ responses: statuses.map((status) => ({ status })) })
const HTTP_10 = { http_protocol_options: { accept_http_10: true } }
const INSIDE = { use_remote_address: false }
const LENIENT = { stream_error_on_invalid_http_message: true }
const FRAGMENT = get('/a#b')
const GRPC_WEB = {
  name: 'envoy.filters.http.grpc_web',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb' },
}

/** Twice on one connection, if it lasts. */
const twice = (first: string): ProtocolCase['play'] => {
  return (world) => http1(world, [first, get('/2')], 2)
}

const old = (method: string, path: string, ...fields: readonly string[]) =>
  request([`${method} ${path} HTTP/1.0`, 'host: shop', ...fields])

/** An HTTP/1.0 client that would like to go on, and does. */
const oldTwice = (method: string, connection = 'keep-alive'): ProtocolCase['play'] => {
  const line = old(method, '/', `connection: ${connection}`)
  return (world) => http1(world, [line, line], 2)
}

const SCHEMES = { inside: INSIDE, 'behind a proxy': { use_remote_address: true, xff_num_trusted_hops: 1 } }
const schemes = Object.entries(SCHEMES).map(
  ([name, manager]): ProtocolCase => ({
    name: `refusals: x-forwarded-proto is empty, ${name}`,
    upstream,
    manager,
    play: (world) => http1(world, get('/', 'x-forwarded-proto:')),
    shows: answers(404),
  }),
)

const redirects = ['https', 'HTTPS', 'http'].map(
  (scheme): ProtocolCase => ({
    name: `refusals: sent elsewhere, came by ${scheme}`,
    upstream,
    manager: INSIDE,
    virtualHost: { routes: [{ match: { prefix: '/' }, redirect: { path_redirect: '/b' } }] },
    play: (world) => http1(world, request(['GET /a HTTP/1.1', 'host: shop:443', `x-forwarded-proto: ${scheme}`])),
    shows: answers(301),
  }),
)

const badRequests: readonly ProtocolCase[] = [
  {
    name: 'refusals: a fragment ends the connection',
    upstream,
    play: twice(FRAGMENT),
    shows: answers(400),
  },
  {
    name: 'refusals: a fragment where messages fail alone',
    upstream,
    logLines: 2,
    manager: LENIENT,
    play: twice(FRAGMENT),
    shows: answers(400, 200),
  },
  {
    name: 'refusals: a direct response of 400 ends the connection',
    upstream,
    direct: { status: 400, body: { inline_string: 'no' } },
    play: twice(get('/')),
    shows: answers(400),
  },
  {
    name: 'refusals: a direct response of 400 where messages fail alone',
    upstream,
    logLines: 2,
    manager: LENIENT,
    direct: { status: 400, body: { inline_string: 'no' } },
    play: twice(get('/')),
    shows: answers(400, 400),
  },
  {
    name: 'refusals: a direct response of 401 does not',
    upstream,
    logLines: 2,
    direct: { status: 401 },
    play: twice(get('/')),
    shows: answers(401, 401),
  },
  {
    name: 'refusals: gRPC is not sent to its normalized path',
    upstream,
    manager: { path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' },
    play: (world) => call(world, { ':method': 'POST', ':path': '/a%2Fb', 'content-type': 'application/grpc' }, ''),
    shows: { status: 200, headers: { 'grpc-status': '13' } },
  },
]

const oldClients: readonly ProtocolCase[] = [
  {
    name: 'refusals: HTTP/1.0 is kept for a response with a length',
    upstream,
    logLines: 2,
    manager: HTTP_10,
    direct: { status: 200, body: { inline_string: 'yes' } },
    play: oldTwice('GET'),
    shows: answers(200, 200),
  },
  ...['GET', 'HEAD'].map(
    (method): ProtocolCase => ({
      name: `refusals: HTTP/1.0 ends with a response without a length, ${method}`,
      upstream,
      manager: HTTP_10,
      direct: { status: 404 },
      play: oldTwice(method),
      shows: answers(404),
    }),
  ),
  {
    name: 'refusals: HTTP/1.0 says keep-alive among others',
    upstream,
    logLines: 2,
    manager: HTTP_10,
    play: oldTwice('GET', 'x, keep-alive'),
    shows: answers(200, 200),
  },
  {
    name: 'refusals: HTTP/1.0 says both',
    upstream,
    manager: HTTP_10,
    play: oldTwice('GET', 'close, keep-alive'),
    shows: answers(200, 200),
    ours: { shows: { responses: [{ status: 200 }] }, because: 'RFC 9112 9.3: `close` holds, whatever else is there' },
  },
  ...['close', 'Keep-Alive, close', 'keep-alive'].map(
    (value): ProtocolCase => ({
      name: `refusals: proxy-connection: ${value}`,
      upstream,
      logLines: value === 'keep-alive' ? 2 : 1,
      play: twice(get('/', `proxy-connection: ${value}`)),
      shows: { responses: [{ status: 200 }, ...(value === 'keep-alive' ? [{}] : [])] },
    }),
  ),
]

const replies: readonly ProtocolCase[] = [
  {
    name: 'refusals: a call of gRPC is one though its route changes the content type',
    upstream: 'none',
    virtualHost: {
      request_headers_to_add: [
        { header: { key: 'content-type', value: 'text/plain' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
      ],
    },
    play: (world) => call(world, { ':method': 'POST', 'content-type': 'application/grpc' }, ''),
    shows: { status: 200, headers: { 'grpc-status': '14' } },
  },
  {
    name: 'refusals: what looks like gRPC only to its upstream is none',
    upstream: 'none',
    virtualHost: {
      request_headers_to_add: [
        { header: { key: 'content-type', value: 'application/grpc' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
      ],
    },
    play: (world) => http1(world, post('x')),
    shows: answers(503),
  },
  ...['GET', 'HEAD'].map(
    (method): ProtocolCase => ({
      name: `refusals: gRPC-Web, ${method}`,
      upstream: 'none',
      filters: [GRPC_WEB],
      play: (world) =>
        http1(world, request([`${method} / HTTP/1.1`, 'host: shop', 'content-type: application/grpc-web'])),
      shows: answers(503),
    }),
  ),
  {
    name: 'refusals: the status in a header of a local reply',
    upstream: 'none',
    virtualHost: { response_headers_to_add: [{ header: { key: 'x-code', value: '%RESPONSE_CODE% %RESP(:STATUS)%' } }] },
    play: (world) => http1(world, get('/')),
    shows: { responses: [{ status: 503, headers: { 'x-code': '0 503' } }] },
    ours: {
      because: 'the status is known by then; 0 is none',
      shows: { responses: [{ headers: { 'x-code': '503 503' } }] },
    },
  },
]

export const refusals: readonly ProtocolCase[] = [...schemes, ...redirects, ...badRequests, ...oldClients, ...replies]
