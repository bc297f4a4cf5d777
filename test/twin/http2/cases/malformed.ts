import { block, data, type Field, frame, headers, number, Type } from '../../../http2-frames.ts'
import { ask, HOST, type Http2Case, type Http2Suite } from '../case.ts'

const numbered = (count: number): Field[] => Array.from({ length: count }, (_, index) => [`x-h${index}`, 'v'])

/** A request that ends its connection. */
function closes(name: string, fields: readonly Field[]): Http2Case {
  return { name, send: [headers(1, fields)], ends: ['closed'] }
}

const GOAWAY_ONLY =
  'Envoy ends the connection; RFC 9113 5.4.2 makes it an error of the stream, which others need not pay for'

/** Messages that may not be, and limits. */
export const malformed: Http2Suite = {
  name: 'malformed',
  cases: [
    closes('a capital letter in a name', ask('GET', '/', ['X-Up', 'a'])),
    closes('no name', ask('GET', '/', ['', 'a'])),
    closes('a blank in a name', ask('GET', '/', ['a b', 'a'])),
    closes('NUL in a value', ask('GET', '/', ['x-a', 'b\0c'])),
    closes('CR in a value', ask('GET', '/', ['x-a', 'b\rc'])),
    closes('LF in a value', ask('GET', '/', ['x-a', 'b\nc'])),
    closes('a control character in a value', ask('GET', '/', ['x-a', 'b\x01c'])),
    closes('Connection', ask('GET', '/', ['connection', 'close'])),
    closes('Keep-Alive', ask('GET', '/', ['keep-alive', '5'])),
    closes('Proxy-Connection', ask('GET', '/', ['proxy-connection', 'close'])),
    closes('Transfer-Encoding', ask('GET', '/', ['transfer-encoding', 'chunked'])),
    closes('Upgrade', ask('GET', '/', ['upgrade', 'websocket'])),
    closes('TE other than trailers', ask('GET', '/', ['te', 'gzip'])),
    closes('no path', [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':authority', HOST],
    ]),
    closes('no method', [
      [':path', '/'],
      [':scheme', 'http'],
      [':authority', HOST],
    ]),
    closes('no scheme', [
      [':method', 'GET'],
      [':path', '/'],
      [':authority', HOST],
    ]),
    closes('no authority', [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
    ]),
    closes('an empty path', ask('GET', '')),
    closes('a path without a slash', ask('GET', 'a')),
    closes('a blank in the path', ask('GET', '/a b')),
    closes('an empty authority', [...ask('GET', '/')].with(2, [':authority', ''])),
    closes('a blank in the authority', [...ask('GET', '/')].with(2, [':authority', 'a b'])),
    closes('a slash in the authority', [...ask('GET', '/')].with(2, [':authority', 'a/b'])),
    closes('a user in the authority', [...ask('GET', '/')].with(2, [':authority', 'u@a'])),
    closes('two Host fields', [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      ['host', 'a'],
      ['host', 'b'],
    ]),
    closes('a bad scheme', [...ask('GET', '/')].with(1, [':scheme', '1'])),
    closes('a blank in the method', ask('G T', '/')),
    closes('two paths', ask('GET', '/', [':path', '/b'])),
    closes('an unknown pseudo field', ask('GET', '/', [':a', 'b'])),
    closes('a pseudo field behind others', [['x-a', 'b'], ...ask('GET', '/')]),
    closes('a status', ask('GET', '/', [':status', '200'])),
    closes('CONNECT with a path', [
      [':method', 'CONNECT'],
      [':authority', 'a:80'],
      [':path', '/'],
    ]),
    closes('an extended CONNECT that is not allowed', [...ask('CONNECT', '/'), [':protocol', 'websocket']]),
    closes('two content-lengths', ask('POST', '/', ['content-length', '3'], ['content-length', '3'])),
    closes('a content-length that is no number', ask('POST', '/', ['content-length', '3x'])),
    {
      name: 'more than the content-length',
      send: [headers(1, ask('POST', '/', ['content-length', '2']), 0), data(1, 'abc')],
      ends: ['reset 1'],
    },
    {
      name: 'less than the content-length',
      send: [headers(1, ask('POST', '/', ['content-length', '5']), 0), data(1, 'abc')],
      ends: ['reset 1'],
    },
    {
      name: 'a pseudo field in trailers',
      send: [headers(1, ask('POST', '/'), 0), data(1, 'abc', 0), { reached: 0 }, headers(1, [[':path', '/']])],
      ends: ['closed'],
    },
    {
      name: 'trailers that end nothing',
      send: [headers(1, ask('POST', '/'), 0), data(1, 'abc', 0), headers(1, [['x-a', '1']], 0)],
      ends: ['closed'],
    },
    { name: 'too many fields', send: [headers(1, ask('GET', '/', ...numbered(97)))], ends: ['reset 2'] },
    {
      name: 'too many bytes',
      send: [
        frame(Type.headers, 1, 1, block(ask('GET', '/', ['x-a', 'a'.repeat(16_000)]))),
        ...['x-b', 'x-c'].map((name) => frame(Type.continuation, 0, 1, block([[name, 'a'.repeat(16_000)]]))),
        frame(Type.continuation, 4, 1, block([['x-d', 'a'.repeat(16_000)]])),
      ],
      ends: ['reset 2'],
    },
    {
      name: 'frames of nothing',
      send: [Buffer.concat([headers(1, ask('POST', '/'), 0), data(1, '', 0), data(1, '', 0), data(1, '', 0)])],
      ends: ['closed'],
    },
    {
      name: 'a path of other than ASCII',
      send: [headers(1, ask('GET', '/a\xe9'))],
      ends: [200],
      ours: { because: 'a request target is ASCII (RFC 3986); what reaches an upstream is strict', ends: ['closed'] },
    },
    {
      name: 'a malformed request beside another one',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, headers(3, ask('GET', '/', ['X', 'y']))],
      upstream: [{ answer: 'silence' }],
      streams: [1, 3],
      ends: ['closed', 'closed'],
    },
    {
      name: 'PING on a stream, beside a request',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, frame(Type.ping, 0, 1, '12345678')],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
    },
    {
      name: 'DATA on a stream that the client has ended',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, data(1, 'abc')],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
      ours: { because: GOAWAY_ONLY, ends: ['reset 5'] },
    },
    {
      name: 'a window update of nothing',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, number(Type.window, 1, 0)],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
      ours: { because: GOAWAY_ONLY, ends: ['reset 1'] },
    },
    {
      name: 'a window that is too large',
      send: [headers(1, ask('GET', '/')), { reached: 1 }, number(Type.window, 1, 0x7fffffff)],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
      ours: { because: GOAWAY_ONLY, ends: ['reset 3'] },
    },
    {
      name: 'a push',
      send: [frame(Type.push, 4, 1, Buffer.concat([Buffer.of(0, 0, 0, 2), block(ask('GET', '/'))]))],
      ends: ['closed'],
    },
    { name: 'an even stream', send: [headers(2, ask('GET', '/'))], streams: [2], ends: ['closed'] },
    { name: 'a reset of an idle stream', send: [number(Type.reset, 1, 8)], ends: ['closed'] },
    {
      name: 'a block that is no HPACK',
      send: [frame(Type.headers, 5, 1, Buffer.alloc(8, 0xff))],
      ends: ['closed'],
      ours: { because: 'what cannot be read is no request: it has no log line', ends: ['closed'] },
    },
    { name: 'a frame that is too large', send: [frame(Type.headers, 5, 1, Buffer.alloc(16_385))], ends: ['closed'] },
    {
      name: 'PING without end',
      send: [
        headers(1, ask('GET', '/')),
        { reached: 1 },
        Buffer.concat(Array.from({ length: 3000 }, () => frame(Type.ping, 0, 0, '12345678'))),
      ],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
    },
    {
      name: 'PRIORITY without end',
      send: [
        headers(1, ask('GET', '/')),
        { reached: 1 },
        Buffer.concat(Array.from({ length: 300 }, () => frame(Type.priority, 0, 1, Buffer.alloc(5)))),
      ],
      upstream: [{ answer: 'silence' }],
      ends: ['closed'],
    },
  ],
}
