import { get, request, type Suite, type TwinCase } from '../case.ts'

const HOST = 'faults.twin'
const OK = 'HTTP/1.1 200 OK\r\n'
const REFUSED = { statuses: [502], connection: 'open' as const, reaches: ['alpha'] }

/** The upstream answers with these bytes. */
function answers(name: string, answer: string, status: number | null, more: Partial<TwinCase> = {}): TwinCase {
  return { name, send: get(HOST, '/'), upstream: [{ answer }], statuses: status === null ? [] : [status], ...more }
}

/** The upstream closes its connection after these bytes. */
function cut(name: string, answer: string, status: number | null): TwinCase {
  return answers(name, answer, status, { upstream: [{ answer, thenClose: true }] })
}

/** Responses that are not what HTTP wants, and what must not come of them. */
export const upstreamFaults: Suite = {
  name: 'upstream faults',
  virtualHost: { name: 'faults', domains: [HOST], routes: [{ match: { prefix: '/' }, route: { cluster: 'alpha' } }] },
  cases: [
    answers('two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, 502),
    answers('the same length twice', `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nab`, 502),
    answers('a list of lengths', `${OK}content-length: 2, 2\r\n\r\nab`, 502),
    answers('length and chunked', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 502),
    cut('another coding', `${OK}transfer-encoding: gzip\r\n\r\nab`, 502),
    answers('204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nab', 502),
    answers('204 with length 0', 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n', 204),
    answers('204 with chunks', 'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 502),
    answers('304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n', 304),
    answers('205 with a body', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 2\r\n\r\nab', 205),
    answers('body to a HEAD', `${OK}content-length: 2\r\n\r\nab`, 200, {
      send: request(['HEAD / HTTP/1.1', `host: ${HOST}`]),
    }),
    answers('bytes behind a response', `${OK}content-length: 2\r\n\r\nabEXTRA`, 200),
    answers(
      'a response behind a response',
      `${OK}content-length: 3\r\n\r\nyesHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nEVIL`,
      200,
      { send: [get(HOST, '/1'), get(HOST, '/2')], statuses: [200, 200], reaches: ['alpha', 'alpha'] },
    ),
    answers('100 that nobody waits for', `HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 0\r\n\r\n`, 200),
    answers('100 without end', `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3000)}${OK}content-length: 0\r\n\r\n`, 200),
    answers(
      '100 with a body',
      `HTTP/1.1 100 Continue\r\ncontent-length: 2\r\n\r\nab${OK}content-length: 0\r\n\r\n`,
      502,
    ),
    answers(
      '101 that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      101,
      {
        ours: { ...REFUSED, because: 'RFC 9110 15.2.2: what follows would not be HTTP' },
      },
    ),
    answers('status of four digits', 'HTTP/1.1 1000 X\r\ncontent-length: 0\r\n\r\n', 1000, {
      ours: { ...REFUSED, because: 'RFC 9112 4: three digits' },
    }),
    answers('status 600', 'HTTP/1.1 600 X\r\ncontent-length: 0\r\n\r\n', 600),
    answers('no reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', 200),
    cut('cut within its head', `${OK}x-a:`, 502),
    cut('cut within a chunk', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nab`, null),
    cut('no last chunk', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nab\r\n`, null),
    answers('a chunk size that is no number', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\nab`, null),
    answers('trailers', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nx-t: 1\r\n\r\n`, 200),
    answers('lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n', 200, {
      ours: { ...REFUSED, because: 'as for requests: readers must not differ on line ends' },
    }),
    answers('continued line (obs-fold)', `${OK}x-a: 1\r\n 2\r\ncontent-length: 0\r\n\r\n`, 200, {
      ours: { ...REFUSED, because: 'RFC 9112 5.2 lets a proxy answer 502' },
    }),
    answers('NUL in a value', `${OK}x-a: \x00\r\ncontent-length: 0\r\n\r\n`, 502),
    answers('too many fields', `${OK}${'x-a: 1\r\n'.repeat(101)}content-length: 0\r\n\r\n`, 502),
    answers('large head', `${OK}x-a: ${'x'.repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`, 200),
    answers('head too large', `${OK}x-a: ${'x'.repeat(90_000)}\r\ncontent-length: 0\r\n\r\n`, 502),
  ],
}
