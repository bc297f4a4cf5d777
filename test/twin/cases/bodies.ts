import { get, request, type Suite } from '../case.ts'

const HOST = 'bodies.twin'
const post = (headers: readonly string[], body: string) =>
  request(['POST / HTTP/1.1', `host: ${HOST}`, ...headers], body)

/** Framing of requests and responses. */
export const bodies: Suite = {
  name: 'bodies',
  virtualHost: { name: 'bodies', domains: [HOST], routes: [{ match: { prefix: '/' }, route: { cluster: 'alpha' } }] },
  cases: [
    { name: 'request with a length', send: post(['content-length: 5'], 'hello'), statuses: [200] },
    { name: 'request of length 0', send: post(['content-length: 0'], ''), statuses: [200] },
    { name: 'POST without a body', send: post([], ''), statuses: [200] },
    ...['PUT', 'PATCH', 'OPTIONS', 'DELETE', 'TRACE'].map((method) => ({
      name: `${method} without a body`,
      send: request([`${method} / HTTP/1.1`, `host: ${HOST}`]),
      statuses: [200],
    })),
    {
      name: 'request in pieces',
      send: ['POST / HT', `TP/1.1\r\nhost: ${HOST}\r\ncontent-le`, 'ngth: 6\r\n\r', '\nabc', 'def'],
      statuses: [200],
    },
    {
      name: 'chunked request',
      send: post(['transfer-encoding: chunked'], '5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n'),
      statuses: [200],
    },
    {
      name: 'chunked request in pieces',
      send: [post(['Transfer-Encoding: Chunked'], '5\r'), '\nhel', 'lo\r\n0', '\r\n', '\r\n'],
      statuses: [200],
    },
    {
      name: 'chunked response',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n' }],
      statuses: [200],
    },
    {
      name: 'response up to the close',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\n\r\nall of it', thenClose: true }],
      statuses: [200],
    },
    {
      name: 'HEAD',
      send: request(['HEAD / HTTP/1.1', `host: ${HOST}`]),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n' }],
      statuses: [200],
    },
    { name: '204', send: get(HOST, '/'), upstream: [{ answer: 'HTTP/1.1 204 No Content\r\n\r\n' }], statuses: [204] },
    {
      name: '304',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 304 Not Modified\r\netag: "x"\r\n\r\n' }],
      statuses: [304],
    },
    {
      name: 'status without a reason',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 299 \r\ncontent-length: 0\r\n\r\n' }],
      statuses: [299],
    },
    {
      name: 'response of HTTP/1.0',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', thenClose: true }],
      statuses: [200],
    },
    {
      name: 'early hints are not for the client',
      send: get(HOST, '/'),
      upstream: [
        { answer: 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' },
      ],
      statuses: [200],
    },
    {
      name: 'expect: 100-continue',
      send: post(['expect: 100-continue', 'content-length: 2'], 'hi'),
      statuses: [100, 200],
    },
    { name: 'expect: 100-continue without a body', send: get(HOST, '/', 'expect: 100-Continue'), statuses: [100, 200] },
    { name: 'expect: something else', send: get(HOST, '/', 'expect: more'), statuses: [200] },
    {
      name: 'expect: 100-continue that is refused',
      send: request(['POST / HTTP/1.1', 'host: nowhere.twin', 'expect: 100-continue', 'content-length: 2']),
      statuses: [100, 404],
    },
    {
      name: 'answer before the body is through',
      send: request(['POST / HTTP/1.1', 'host: nowhere.twin', 'content-length: 2'], 'hi'),
      statuses: [404],
    },
  ],
}
