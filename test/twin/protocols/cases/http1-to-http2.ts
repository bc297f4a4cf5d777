import { constants } from 'node:http2'
import { request } from '../../case.ts'
import type { ProtocolCase } from '../case.ts'
import { eventually, get, http1, inTurn, post, resets, whole } from './plays.ts'

const upstream = 'http2'
const TRAILERS = { http_protocol_options: { enable_trailers: true } }
const CHUNKED = ['POST / HTTP/1.1', 'host: shop', 'transfer-encoding: chunked']
const answers = (...statuses: readonly number[]) => ({ responses: statuses.map((status) => ({ status })) })

export const http1ToHttp2: readonly ProtocolCase[] = [
  {
    name: 'h1→h2: a GET',
    upstream,
    play: (world) =>
      http1(world, get('/a?b=c', 'accept: */*', 'te: trailers', 'cookie: a=b; c=d', 'x-two: 1', 'x-two: 2')),
    shows: answers(200),
  },
  {
    name: 'h1→h2: a body with its length',
    upstream,
    play: (world) => http1(world, post('hello')),
    shows: answers(200),
  },
  {
    name: 'h1→h2: a chunked body',
    upstream,
    play: (world) => http1(world, request(CHUNKED, '5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n')),
    shows: answers(200),
  },
  {
    name: 'h1→h2: a chunked body in parts',
    upstream,
    play: (world) => http1(world, [request(CHUNKED), '5\r\nhello\r\n', '3\r\nyou\r\n0\r\n\r\n']),
    shows: answers(200),
  },
  {
    name: 'h1→h2: trailers of a request are dropped',
    upstream,
    play: (world) => http1(world, request(CHUNKED, '5\r\nhello\r\n0\r\nx-end: yes\r\n\r\n')),
    shows: answers(200),
  },
  {
    name: 'h1→h2: trailers of a request',
    upstream,
    manager: TRAILERS,
    play: (world) =>
      http1(world, request([...CHUNKED, 'trailer: x-end'], '5\r\nhello\r\n0\r\nx-end: yes\r\nx-more:  a \r\n\r\n')),
    shows: answers(200),
  },
  {
    name: 'h1→h2: trailers of a response are dropped',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200 }, 'body', { 'x-end': 'yes' })
      return http1(world, get())
    },
    shows: answers(200),
  },
  {
    name: 'h1→h2: trailers of a response',
    upstream,
    manager: TRAILERS,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200 }, 'body', { 'x-end': 'yes' })
      return http1(world, get())
    },
    shows: { responses: [{ status: 200, trailers: [['x-end', 'yes']] }] },
  },
  {
    name: 'h1→h2: trailers without a body',
    upstream,
    manager: TRAILERS,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200 }, '', { 'x-end': 'yes' })
      return http1(world, get())
    },
    shows: { responses: [{ status: 200, trailers: [['x-end', 'yes']] }] },
  },
  {
    name: 'h1→h2: HEAD',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200, 'content-length': 12 })
      return http1(world, request(['HEAD / HTTP/1.1', 'host: shop']))
    },
    shows: answers(200),
  },
  ...[204, 304].map(
    (status): ProtocolCase => ({
      name: `h1→h2: ${status}`,
      upstream,
      play: (world) => {
        world.http2Origin.answer = whole({ ':status': status, etag: '"a"' })
        return http1(world, get())
      },
      shows: answers(status),
    }),
  ),
  {
    name: 'h1→h2: a head that is all there is',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 404 })
      return http1(world, get() + get('/again'), 2)
    },
    shows: answers(404, 404),
  },
  {
    name: 'h1→h2: interim responses are dropped',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (stream, call, session) => {
        stream.additionalHeaders({ ':status': 103, link: '</a>' })
        whole({ ':status': 200 }, 'yes')(stream, call, session)
      }
      return http1(world, get())
    },
    shows: answers(200),
  },
  {
    name: 'h1→h2: interim responses pass',
    upstream,
    manager: { proxy_100_continue: true },
    play: (world) => {
      world.http2Origin.answer = (stream, call, session) => {
        stream.additionalHeaders({ ':status': 103, link: '</a>' })
        whole({ ':status': 200 }, 'yes')(stream, call, session)
      }
      return http1(world, get(), 2)
    },
    shows: answers(103, 200),
  },
  {
    name: 'h1→h2: Expect is answered here',
    upstream,
    play: (world) => http1(world, post('hello', 'expect: 100-continue'), 2),
    shows: answers(100, 200),
  },
  {
    name: 'h1→h2: a request that the upstream resets',
    upstream,
    play: (world) => {
      world.http2Origin.answer = resets(constants.NGHTTP2_INTERNAL_ERROR)
      return http1(world, get())
    },
    shows: answers(503),
  },
  {
    name: 'h1→h2: a reset that is tried again',
    upstream,
    route: { retry_policy: { retry_on: 'reset', num_retries: 2 } },
    play: (world) => {
      world.http2Origin.answer = inTurn(resets(constants.NGHTTP2_INTERNAL_ERROR), whole({ ':status': 200 }, 'yes'))
      return http1(world, post('hello'))
    },
    shows: answers(200),
  },
  {
    name: 'h1→h2: a refused stream',
    upstream,
    play: (world) => {
      world.http2Origin.answer = inTurn(resets(constants.NGHTTP2_REFUSED_STREAM), whole({ ':status': 200 }, 'yes'))
      return http1(world, post('hello'))
    },
    shows: answers(503),
    ours: { because: 'the upstream says that it did nothing (RFC 9113 8.7): it is sent again', shows: answers(200) },
  },
  {
    name: 'h1→h2: a stream that is refused always',
    upstream,
    play: (world) => {
      world.http2Origin.answer = resets(constants.NGHTTP2_REFUSED_STREAM)
      return http1(world, get())
    },
    shows: answers(503),
    ours: { because: 'it is tried three more times first, which the log counts', shows: answers(503) },
  },
  {
    name: 'h1→h2: a refused stream that is tried again',
    upstream,
    route: { retry_policy: { retry_on: 'refused-stream', num_retries: 1 } },
    play: (world) => {
      world.http2Origin.answer = inTurn(resets(constants.NGHTTP2_REFUSED_STREAM), whole({ ':status': 200 }, 'yes'))
      return http1(world, post('hello'))
    },
    shows: answers(200),
  },
  {
    name: 'h1→h2: a cut response',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond({ ':status': 200 })
        stream.write('half', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
      }
      return http1(world, get())
    },
    shows: { responses: [{ status: 200, body: 'half' }] },
  },
  {
    name: 'h1→h2: a server that goes away when it has answered',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = (stream, call, session) => {
        whole({ ':status': 200 }, 'yes')(stream, call, session)
        session.goaway(constants.NGHTTP2_NO_ERROR)
      }
      const first = await http1(world, get('/1'))
      const second = await http1(world, get('/2'))
      return { first, second, connections: world.http2Origin.connections }
    },
    shows: { first: answers(200), second: answers(200), connections: 2 },
  },
  {
    name: 'h1→h2: a connection that breaks',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (_stream, _call, session) => session.destroy()
      return http1(world, get())
    },
    shows: answers(503),
  },
  {
    name: 'h1→h2: no connection',
    upstream: 'none',
    options: { explicit_http_config: { http2_protocol_options: {} } },
    play: (world) => http1(world, get()),
    shows: answers(503),
  },
  {
    name: 'h1→h2: an answer before the request is through',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond({ ':status': 413 })
        stream.end('too large')
      }
      return http1(world, [request(['POST / HTTP/1.1', 'host: shop', 'content-length: 100']), 'some'])
    },
    shows: answers(413),
  },
  {
    name: 'h1→h2: large bodies both ways',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = (stream, received) => {
        stream.on('end', () => {
          stream.respond({ ':status': 200 })
          stream.end('y'.repeat(received.body.length))
          received.body = String(received.body.length)
        })
      }
      const client = await world.http1()
      await client.send([post('x'.repeat(400_000))])
      const response = await client.response(false)
      return { bytes: response?.body.length }
    },
    shows: { bytes: 400_000 },
  },
  {
    name: 'h1→h2: a client that leaves',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = () => {}
      const client = await world.http1()
      await client.send([get()])
      await eventually(() => world.http2Origin.calls.length === 1)
      client.close()
      return { told: await eventually(() => world.http2Origin.calls[0]?.reset !== undefined) }
    },
    shows: { told: true },
  },
  {
    name: 'h1→h2: the time of a route is over',
    upstream,
    route: { timeout: '0.15s' },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get())
    },
    shows: answers(504),
  },
  {
    name: 'h1→h2: a try that takes too long is made again',
    upstream,
    route: { timeout: '3s', retry_policy: { retry_on: '5xx', num_retries: 1, per_try_timeout: '0.15s' } },
    play: (world) => {
      world.http2Origin.answer = inTurn(() => {}, whole({ ':status': 200 }, 'yes'))
      return http1(world, get())
    },
    shows: answers(200),
  },
  {
    name: 'h1→h2: tries that take too long',
    upstream,
    route: { timeout: '3s', retry_policy: { retry_on: '5xx', num_retries: 1, per_try_timeout: '0.1s' } },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get())
    },
    shows: answers(504),
  },
  {
    name: 'h1→h2: one stream a connection',
    upstream,
    options: { explicit_http_config: { http2_protocol_options: { max_concurrent_streams: 1 } } },
    play: async (world) => {
      world.http2Origin.answer = (stream) => {
        if (world.http2Origin.calls.length < 2) return
        for (const one of waiting) one()
        stream.respond({ ':status': 200 }, { endStream: true })
      }
      const waiting: (() => void)[] = []
      world.http2Origin.answer = (stream) => {
        waiting.push(() => stream.respond({ ':status': 200 }, { endStream: true }))
        if (waiting.length === 2) for (const answer of waiting) answer()
      }
      const both = await Promise.all([http1(world, get()), http1(world, get())])
      return { both, connections: world.http2Origin.connections }
    },
    shows: { both: [answers(200), answers(200)], connections: 2 },
  },
  {
    name: 'h1→h2: two requests a connection',
    upstream,
    options: { common_http_protocol_options: { max_requests_per_connection: 2 } },
    play: async (world) => {
      const responses = []
      for (const path of ['/1', '/2', '/3']) responses.push(await http1(world, get(path)))
      return { responses: responses.length, connections: world.http2Origin.connections }
    },
    shows: { responses: 3, connections: 2 },
  },
  {
    name: 'h1→h2: more requests than the circuit breaker lets pass',
    upstream,
    cluster: { circuit_breakers: { thresholds: [{ max_requests: 1 }] } },
    play: async (world) => {
      world.http2Origin.answer = () => {}
      const first = await world.http1()
      await first.send([get('/1')])
      await eventually(() => world.http2Origin.calls.length === 1)
      return http1(world, get('/2'))
    },
    shows: answers(503),
  },
  {
    name: 'h1→h2: a stream of the upstream that takes too long',
    upstream,
    options: { common_http_protocol_options: { max_stream_duration: '0.15s' } },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get())
    },
    shows: { responses: [{ body: 'upstream max stream duration reached' }] },
  },
]
