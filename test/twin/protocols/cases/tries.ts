import type { ProtocolCase } from '../case.ts'
import type { RawAnswer } from '../raw-origin.ts'
import { call, get, http1, inTurn, resets, whole } from './plays.ts'

/** Tries that break or are not wanted, and what one response leaves behind for the next. */

const BACKOFF = { retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' } }
const INTERNAL = { internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] } }
const answers = (...statuses: readonly number[]) => ({ responses: statuses.map((status) => ({ status })) })

/** RFC 9113 7. */
const CODES: Readonly<Record<string, readonly [code: number, status: number]>> = {
  NO_ERROR: [0, 503],
  PROTOCOL_ERROR: [1, 502],
  INTERNAL_ERROR: [2, 503],
  STREAM_CLOSED: [5, 503],
  CANCEL: [8, 503],
  CONNECT_ERROR: [10, 503],
  ENHANCE_YOUR_CALM: [11, 503],
}

const reset: readonly ProtocolCase[] = Object.entries(CODES).flatMap(([name, [code, status]]) => [
  {
    name: `tries: reset with ${name}`,
    upstream: 'http2',
    play: (world) => {
      world.http2Origin.answer = resets(code)
      return http1(world, get('/'))
    },
    shows: answers(status),
  } satisfies ProtocolCase,
  {
    name: `tries: reset with ${name}, and again`,
    upstream: 'http2',
    route: { retry_policy: { retry_on: 'reset', ...BACKOFF } },
    play: (world) => {
      world.http2Origin.answer = inTurn(resets(code), whole({ ':status': 200 }, 'yes'))
      return call(world)
    },
    shows: { status: 200 },
  } satisfies ProtocolCase,
])

/** Chunks with trailers first, then responses with a length. */
const trailersFirst: RawAnswer = ({ socket, received }) => {
  if (!received.endsWith('\r\n\r\n')) return
  const first = received.split('\r\n\r\n').length === 2
  socket.write(
    first
      ? 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\nx-end: of one\r\n\r\n'
      : 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntwo',
  )
}

export const tries: readonly ProtocolCase[] = [
  ...reset,
  {
    name: 'tries: none are left from the beginning',
    upstream: 'http2',
    route: { retry_policy: { retry_on: '5xx', num_retries: 0, ...BACKOFF } },
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 503 })
      return http1(world, get('/'))
    },
    shows: answers(503),
  },
  {
    name: 'tries: by a header that the caller names',
    upstream: 'http2',
    manager: INTERNAL,
    route: { retry_policy: { retry_on: 'retriable-headers', num_retries: 2, ...BACKOFF } },
    play: (world) => {
      world.http2Origin.answer = inTurn(
        whole({ ':status': 200, 'x-busy': '1' }, 'no'),
        whole({ ':status': 200, 'x-full': '' }, 'no'),
        whole({ ':status': 200 }, 'yes'),
      )
      return http1(world, get('/', 'x-envoy-retriable-header-names: X-Busy, x-full'))
    },
    shows: { responses: [{ status: 200, body: 'yes' }] },
  },
  {
    name: 'trailers: of one response do not come with the next',
    upstream: 'raw',
    options: { explicit_http_config: { http_protocol_options: { enable_trailers: true } } },
    logLines: 2,
    play: async (world) => {
      world.rawOrigin.answer = trailersFirst
      const [one, two] = [await call(world), await call(world)]
      return { responses: [one, two] }
    },
    shows: {
      responses: [
        { body: 'one', trailers: { 'x-end': 'of one' } },
        { body: 'two', trailers: undefined },
      ],
    },
  },
  {
    name: 'trailers: of one request do not go with the next',
    upstream: 'http2',
    manager: { http_protocol_options: { enable_trailers: true } },
    logLines: 2,
    play: (world) => {
      const one =
        'POST / HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\nx-end: of one\r\n\r\n'
      const two = 'POST / HTTP/1.1\r\nhost: shop\r\ncontent-length: 3\r\n\r\ntwo'
      return http1(world, [one, two], 2)
    },
    shows: answers(200, 200),
  },
]
