import { get, request, type Suite } from '../case.ts'

const HOST = 'malformed.twin'
const head = (...lines: readonly string[]) => request(lines)
const host = `host: ${HOST}`
/** Where Envoy lets something pass that the RFC lets a server refuse. */
const refused = (because: string) => ({ statuses: [400], because })
const post = (headers: readonly string[], body: string) => request(['POST / HTTP/1.1', host, ...headers], body)

/** What RFC 9112 forbids, and what smuggles requests past proxies that read it differently. */
export const malformed: Suite = {
  name: 'malformed',
  virtualHost: {
    name: 'malformed',
    domains: [HOST],
    routes: [{ match: { prefix: '/' }, route: { cluster: 'alpha' } }],
  },
  cases: [
    { name: 'no Host', send: head('GET / HTTP/1.1'), statuses: [400] },
    {
      name: 'two Hosts',
      send: head('GET / HTTP/1.1', host, 'host: other.example'),
      statuses: [404],
      ours: refused('RFC 9112 3.2'),
    },
    {
      name: 'no version',
      send: head('GET /'),
      statuses: [426],
      ours: refused('RFC 9112 3: a request line has a version'),
    },
    { name: 'unknown version', send: head('GET / HTTP/3.7', host), statuses: [426] },
    { name: 'no path', send: head('GET HTTP/1.1', host), statuses: [400] },
    { name: 'method with other characters', send: head('G@T / HTTP/1.1', host), statuses: [400] },
    { name: 'path with a space', send: head('GET /a b HTTP/1.1', host), statuses: [400] },
    { name: 'escape that is none', send: get(HOST, '/%zz'), statuses: [200] },
    { name: 'path with a fragment', send: get(HOST, '/a#b'), statuses: [400] },
    { name: 'space before the colon', send: head('GET / HTTP/1.1', host, 'x-a : 1'), statuses: [400] },
    { name: 'line without a colon', send: head('GET / HTTP/1.1', host, 'nonsense'), statuses: [400] },
    { name: 'empty header name', send: head('GET / HTTP/1.1', host, ': value'), statuses: [400] },
    {
      name: 'continued line (obs-fold)',
      send: head('GET / HTTP/1.1', host, 'x-a: 1', ' 2'),
      statuses: [200],
      ours: refused('RFC 9112 5.2'),
    },
    { name: 'NUL in a value', send: head('GET / HTTP/1.1', host, 'x-a: 1\x002'), statuses: [400] },
    {
      name: 'bare CR in a value',
      send: head('GET / HTTP/1.1', host, 'x-a: 1\r2'),
      statuses: [200],
      ours: refused('RFC 9112 2.2: a bare CR is invalid'),
    },
    {
      name: 'lines that end with LF alone',
      send: `GET / HTTP/1.1\n${host}\n\n`,
      statuses: [200],
      ours: refused('readers that differ on line ends can be played against each other'),
    },
    { name: 'two different lengths', send: post(['content-length: 5', 'content-length: 6'], 'hello'), statuses: [400] },
    { name: 'the same length twice', send: post(['content-length: 5', 'content-length: 5'], 'hello'), statuses: [400] },
    { name: 'a list of lengths', send: post(['content-length: 5, 5'], 'hello'), statuses: [400] },
    { name: 'a length with a sign', send: post(['content-length: +5'], 'hello'), statuses: [400] },
    { name: 'a length that is no number', send: post(['content-length: 5x'], 'hello'), statuses: [400] },
    {
      name: 'length and chunked',
      send: post(['content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n'),
      statuses: [400],
    },
    { name: 'another coding', send: post(['transfer-encoding: gzip'], 'xxxx'), statuses: [501] },
    {
      name: 'chunked is not the last coding',
      send: post(['transfer-encoding: chunked, gzip'], '0\r\n\r\n'),
      statuses: [501],
    },
    {
      name: 'a chunk size that is no number',
      send: post(['transfer-encoding: chunked'], 'xyz\r\nabc\r\n0\r\n\r\n'),
      statuses: [400],
    },
    {
      name: 'a chunk longer than it says',
      send: post(['transfer-encoding: chunked'], '3\r\nabcdef\r\n0\r\n\r\n'),
      statuses: [200],
      ours: refused('RFC 9112 7.1: chunk data ends with CRLF'),
    },
    { name: 'head too large', send: head('GET / HTTP/1.1', host, `x-big: ${'x'.repeat(70_000)}`), statuses: [431] },
    {
      name: 'as many fields as may be',
      send: head('GET / HTTP/1.1', host, ...Array.from({ length: 99 }, (_, n) => `x-${n}: 1`)),
      statuses: [200],
    },
    {
      name: 'one field too many',
      send: head('GET / HTTP/1.1', host, ...Array.from({ length: 100 }, (_, n) => `x-${n}: 1`)),
      statuses: [431],
    },
    {
      name: 'too many fields',
      send: head('GET / HTTP/1.1', host, ...Array.from({ length: 120 }, (_, n) => `x-${n}: 1`)),
      statuses: [431],
    },
    {
      name: 'CONNECT is not on offer',
      send: head(`CONNECT ${HOST}:443 HTTP/1.1`, `host: ${HOST}:443`),
      statuses: [404],
    },
    { name: 'no HTTP at all', send: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', statuses: [400] },
  ],
}
