import { get, request, type Suite } from '../case.ts'

const HOST = 'smuggling.twin'
const CHUNKED = 'transfer-encoding: chunked'
const INNER = 'GET /inner HTTP/1.1\r\nhost: inner.twin\r\n\r\n'
const post = (headers: readonly string[], body = '') => request(['POST / HTTP/1.1', `host: ${HOST}`, ...headers], body)
const coding = (field: string) => post([field], '0\r\n\r\n')
const length = (value: string, body: string) => post([`content-length: ${value}`], body)
const chunks = (body: string) => post([CHUNKED], body)
const trailer = (lines: string) => chunks(`3\r\nabc\r\n0\r\n${lines}\r\n`)
const refused = (because: string) => ({ statuses: [400], because })
const untouched = (because: string) => ({
  statuses: [200],
  connection: 'open' as const,
  reaches: ['alpha'],
  because,
})

/** Framing that another reader might take for something else (RFC 9112 11.2). */
export const smuggling: Suite = {
  name: 'smuggling',
  virtualHost: {
    name: 'smuggling',
    domains: [HOST],
    routes: [
      {
        match: { prefix: '/ws' },
        route: { cluster: 'alpha', upgrade_configs: [{ upgrade_type: 'websocket' }] },
      },
      { match: { prefix: '/' }, route: { cluster: 'alpha' } },
    ],
  },
  cases: [
    { name: 'coding like chunked', send: coding('transfer-encoding: xchunked'), statuses: [501] },
    { name: 'coding after a tab', send: coding('transfer-encoding:\tchunked'), statuses: [200] },
    { name: 'coding after a vertical tab', send: coding('transfer-encoding: \x0bchunked'), statuses: [400] },
    { name: 'coding before a no-break space', send: coding('transfer-encoding: chunked\xa0'), statuses: [501] },
    { name: 'coding in quotes', send: coding('transfer-encoding: "chunked"'), statuses: [501] },
    { name: 'coding and a comma', send: coding('transfer-encoding: ,chunked'), statuses: [501] },
    { name: 'coding twice', send: post([CHUNKED, CHUNKED], '0\r\n\r\n'), statuses: [501] },
    { name: 'chunked twice', send: coding('transfer-encoding: chunked, chunked'), statuses: [501] },
    { name: 'gzip, then chunked', send: coding('transfer-encoding: gzip, chunked'), statuses: [501] },
    { name: 'identity', send: post(['transfer-encoding: identity']), statuses: [501] },
    { name: 'no coding', send: post(['transfer-encoding:']), statuses: [501] },
    { name: 'coding with a space before its colon', send: coding('transfer-encoding : chunked'), statuses: [400] },
    {
      name: 'coding with an underscore',
      send: post(['transfer_encoding: chunked', 'content-length: 0']),
      statuses: [200],
    },
    {
      name: 'coding named in Connection',
      send: post(['connection: transfer-encoding', CHUNKED], '0\r\n\r\n'),
      statuses: [200],
    },
    {
      name: 'length named in Connection',
      send: post(['connection: content-length', 'content-length: 3'], 'abc'),
      statuses: [200],
      ours: untouched('RFC 9110 7.6.1: the length belongs to the message; Envoy sends the body chunked instead'),
    },
    {
      name: 'x-forwarded-for named in Connection',
      send: get(HOST, '/', 'connection: x-forwarded-proto', 'x-forwarded-proto: https'),
      statuses: [400],
    },
    { name: 'length with leading zeros', send: length('0005', 'hello'), statuses: [200] },
    { name: 'empty length', send: length('', ''), statuses: [400] },
    { name: 'length with a space', send: length('1 1', 'hello'), statuses: [400] },
    { name: 'negative length', send: length('-1', ''), statuses: [400] },
    { name: 'hexadecimal length', send: length('0x1', 'h'), statuses: [400] },
    { name: 'length beyond 64 bits', send: length('99999999999999999999', 'hello'), statuses: [400] },
    { name: 'length on GET', send: `${get(HOST, '/', 'content-length: 3')}abc`, statuses: [200] },
    { name: 'extensions of chunks', send: chunks('3;a=b;c="d e"\r\nabc\r\n0;x\r\n\r\n'), statuses: [200] },
    { name: 'bare CR in an extension', send: chunks('3;a\rb\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'bare LF in an extension', send: chunks('3;a\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'bare LF after a size', send: chunks('3\nabc\n0\n\n'), statuses: [400] },
    {
      name: 'bare LF after a chunk',
      send: chunks('3\r\nabc\n0\r\n\r\n'),
      statuses: [200],
      ours: refused('RFC 9112 7.1: chunk data ends with CRLF'),
    },
    {
      name: 'space after a size',
      send: chunks('3 \r\nabc\r\n0\r\n\r\n'),
      statuses: [200],
      ours: refused('RFC 9112 7.1: nothing stands between size and CRLF'),
    },
    { name: 'space before a size', send: chunks(' 3\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'size with a sign', send: chunks('+3\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'size with 0x', send: chunks('0x3\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'size with leading zeros', send: chunks('0000000000000003\r\nabc\r\n000\r\n\r\n'), statuses: [200] },
    { name: 'size beyond 64 bits', send: chunks('10000000000000003\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'no size', send: chunks('\r\nabc\r\n0\r\n\r\n'), statuses: [400] },
    { name: 'trailers', send: trailer('x-t: 1\r\ncontent-length: 5\r\n'), statuses: [200] },
    { name: 'trailer without a colon', send: trailer('nonsense\r\n'), statuses: [400] },
    { name: 'trailer without a name', send: trailer(': v\r\n'), statuses: [400] },
    { name: 'trailer with a space in its name', send: trailer('x t: v\r\n'), statuses: [400] },
    { name: 'continued trailer', send: trailer('x: 1\r\n 2\r\n'), statuses: [200], ours: refused('RFC 9112 5.2') },
    {
      name: 'trailers too large',
      send: trailer(`x: ${'y'.repeat(70_000)}\r\n`),
      statuses: [431],
      ours: refused('they are dropped anyway: no status of their own is worth it'),
    },
    {
      name: 'a request in a body is a body',
      send: length(String(INNER.length), INNER),
      statuses: [200],
    },
    { name: 'garbage behind a request', send: `${get(HOST, '/')}garbage\r\n\r\n`, statuses: [200, 400] },
    {
      name: 'upgrade that is not on offer',
      send: get(HOST, '/', 'connection: upgrade', 'upgrade: websocket'),
      statuses: [403],
    },
    {
      name: 'upgrade that the upstream declines',
      send: get(HOST, '/ws', 'connection: upgrade', 'upgrade: websocket'),
      statuses: [200],
      ours: { statuses: [200], reaches: ['alpha'], because: 'the body says why; Envoy drops it' },
    },
    { name: 'upgrade without Connection', send: get(HOST, '/ws', 'upgrade: websocket'), statuses: [200] },
    {
      name: 'upgrade to h2c',
      send: get(HOST, '/', 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: x'),
      statuses: [200],
    },
  ],
}
