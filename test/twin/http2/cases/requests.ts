import { block, data, type Field, frame, headers, number, Type } from '../../../http2-frames.ts'
import { ask, HOST, type Http2Suite } from '../case.ts'

const numbered = (count: number): Field[] => Array.from({ length: count }, (_, index) => [`x-h${index}`, 'v'])
const close = { answer: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhalf', thenClose: true } as const

/** Well-formed requests, whatever their shape. */
export const requests: Http2Suite = {
  name: 'requests',
  cases: [
    { name: 'GET', send: [headers(1, ask('GET', '/'))], ends: [200] },
    { name: 'HEAD', send: [headers(1, ask('HEAD', '/'))], ends: [200] },
    { name: 'a reply of our own', send: [headers(1, ask('GET', '/direct'))], ends: [200] },
    {
      name: 'a reply of our own before the request ends',
      send: [headers(1, ask('POST', '/direct'), 0)],
      ends: ['reset 0'],
    },
    {
      name: 'no such host',
      send: [headers(1, [...ask('GET', '/')].with(2, [':authority', 'nobody.twin']))],
      ends: [404],
    },
    { name: 'POST with a body', send: [headers(1, ask('POST', '/'), 0), data(1, 'abc')], ends: [200] },
    {
      name: 'POST with a content-length',
      send: [headers(1, ask('POST', '/', ['content-length', '6']), 0), data(1, 'abc', 0), data(1, 'def')],
      ends: [200],
    },
    { name: 'GET with a body', send: [headers(1, ask('GET', '/'), 0), data(1, 'abc')], ends: [200] },
    { name: 'POST without a body', send: [headers(1, ask('POST', '/'))], ends: [200] },
    {
      name: 'an empty last DATA frame',
      send: [headers(1, ask('POST', '/'), 0), data(1, 'abc', 0), data(1, '')],
      ends: [200],
    },
    {
      name: 'trailers, which HTTP/1 does not get',
      send: [headers(1, ask('POST', '/'), 0), data(1, 'abc', 0), headers(1, [['x-trailer', '1']])],
      ends: [200],
    },
    {
      name: 'padding everywhere',
      send: [
        frame(Type.headers, 0xc, 1, Buffer.concat([Buffer.of(3), block(ask('POST', '/')), Buffer.alloc(3)])),
        frame(Type.data, 0x9, 1, Buffer.concat([Buffer.of(200), Buffer.from('abc'), Buffer.alloc(200)])),
      ],
      ends: [200],
    },
    {
      name: 'a block in pieces',
      send: [
        frame(Type.headers, 1, 1, block(ask('GET', '/'))),
        ...numbered(20).map((field) => frame(Type.continuation, 0, 1, block([field]))),
        frame(Type.continuation, 4, 1, block([['x-last', 'v']])),
      ],
      ends: [200],
    },
    { name: 'cookie crumbs', send: [headers(1, ask('GET', '/', ['cookie', 'a=1'], ['cookie', 'b=2']))], ends: [200] },
    {
      name: 'an empty cookie crumb',
      send: [headers(1, ask('GET', '/', ['cookie', 'a=1'], ['cookie', '']))],
      ends: [200],
      ours: { because: 'Envoy leaves blank space behind it, which no field value has (RFC 9110 5.5)', ends: [200] },
    },
    { name: 'TE: trailers', send: [headers(1, ask('GET', '/', ['te', 'trailers']))], ends: [200] },
    { name: 'a Trailer field', send: [headers(1, ask('GET', '/', ['trailer', 'x-a']))], ends: [200] },
    { name: 'blanks around a value', send: [headers(1, ask('GET', '/', ['x-a', ' \tb ']))], ends: [200] },
    { name: 'a tab within a value', send: [headers(1, ask('GET', '/', ['x-a', 'b\tc']))], ends: [200] },
    { name: 'an underscore', send: [headers(1, ask('GET', '/', ['x_a', 'b']))], ends: [200] },
    { name: 'a Host besides the authority', send: [headers(1, ask('GET', '/', ['host', 'other.twin']))], ends: [200] },
    {
      name: 'a Host instead of the authority',
      send: [
        headers(1, [
          [':method', 'GET'],
          [':scheme', 'http'],
          [':path', '/'],
          ['host', HOST],
        ]),
      ],
      ends: [200],
    },
    { name: 'the scheme https', send: [headers(1, [...ask('GET', '/')].with(1, [':scheme', 'https']))], ends: [200] },
    { name: 'an odd scheme', send: [headers(1, [...ask('GET', '/')].with(1, [':scheme', 'ftp']))], ends: [200] },
    { name: 'an unknown method', send: [headers(1, ask('FOO', '/'))], ends: [200] },
    { name: 'OPTIONS *', send: [headers(1, ask('OPTIONS', '*'))], ends: [404] },
    { name: 'a fragment', send: [headers(1, ask('GET', '/a#b'))], ends: [400] },
    { name: 'a path with dots', send: [headers(1, ask('GET', '/a/../b/./c?d=e'))], ends: [200] },
    {
      name: 'forged headers',
      send: [headers(1, ask('GET', '/', ['x-envoy-internal', 'true'], ['x-forwarded-for', '1.2.3.4']))],
      ends: [200],
    },
    { name: 'a hundred fields', send: [headers(1, ask('GET', '/', ...numbered(96)))], ends: [200] },
    {
      name: 'Expect: 100-continue',
      send: [headers(1, ask('POST', '/', ['expect', '100-continue']), 0), data(1, 'abc')],
      ends: [100],
    },
    {
      name: 'Expect without a body',
      send: [headers(1, ask('POST', '/', ['expect', '100-continue']))],
      ends: [100],
    },
    {
      name: 'three streams at a time',
      send: [Buffer.concat([1, 3, 5].map((id) => headers(id, ask('GET', '/'))))],
      streams: [1, 3, 5],
      ends: [200, 200, 200],
    },
    {
      name: 'a response without a body',
      send: [headers(1, ask('GET', '/'))],
      upstream: [{ answer: 'HTTP/1.1 204 No Content\r\n\r\n' }],
      ends: [204],
    },
    {
      name: 'a chunked response',
      send: [headers(1, ask('GET', '/'))],
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n' }],
      ends: [200],
    },
    {
      name: 'connection fields of a response',
      send: [headers(1, ask('GET', '/'))],
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\nkeep-alive: 5\r\ncontent-length: 2\r\n\r\nok' }],
      ends: [200],
    },
    { name: 'a response that is cut', send: [headers(1, ask('GET', '/'))], upstream: [close], ends: ['reset 2'] },
    { name: 'no response', send: [headers(1, ask('POST', '/'))], upstream: [{ answer: null }], ends: [503] },
    {
      name: 'a window of three bytes, opened bit by bit',
      send: [
        Buffer.concat([frame(Type.settings, 0, 0, Buffer.of(0, 4, 0, 0, 0, 3)), headers(1, ask('GET', '/direct'))]),
        number(Type.window, 1, 1),
        number(Type.window, 1, 1),
      ],
      ends: [200],
    },
    {
      name: 'an unknown frame',
      send: [frame(0x42, 0xff, 0, 'abc'), frame(0x42, 0xff, 1, 'abc'), headers(1, ask('GET', '/'))],
      ends: [200],
    },
    {
      name: 'PING before a request',
      send: [frame(Type.ping, 0, 0, '12345678'), headers(1, ask('GET', '/'))],
      ends: [200],
    },
    {
      name: 'GOAWAY of the client',
      send: [frame(Type.goAway, 0, 0, Buffer.alloc(8)), headers(1, ask('GET', '/'))],
      ends: ['closed'],
      ours: { because: 'it speaks of streams that we would open (RFC 9113 6.8), Envoy takes it for all', ends: [200] },
    },
    {
      name: 'a stream that the client resets',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, number(Type.reset, 1, 8), headers(3, ask('GET', '/'))],
      upstream: [{ answer: 'silence' }],
      streams: [3],
      ends: [200],
    },
    {
      name: 'CONNECT without a route for it',
      send: [
        headers(
          1,
          [
            [':method', 'CONNECT'],
            [':authority', `${HOST}:80`],
          ],
          0,
        ),
      ],
      ends: ['reset 0'],
    },
  ],
}
