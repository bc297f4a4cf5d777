import type { ProtocolCase } from '../case.ts'
import { call, eventually, whole } from './plays.ts'

const upstream = 'http2'
const POST = { ':method': 'POST' }

export const http2ToHttp2: readonly ProtocolCase[] = [
  {
    name: 'h2→h2: a GET',
    upstream,
    play: (world) => call(world, { 'x-two': ['1', '2'], cookie: ['a=b', 'c=d'], te: 'trailers' }),
    shows: { status: 200, body: 'yes' },
  },
  { name: 'h2→h2: a body', upstream, play: (world) => call(world, POST, 'hello'), shows: { status: 200 } },
  {
    name: 'h2→h2: trailers both ways',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 200 }, 'body', { 'x-end': 'yes' })
      return call(world, POST, 'hello', { 'x-last': 'one' })
    },
    shows: { status: 200, trailers: { 'x-end': 'yes' } },
  },
  {
    name: 'h2→h2: messages both ways while both are open',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond({ ':status': 200 })
        stream.on('data', (chunk) => stream.write(`<${chunk}>`))
        stream.on('end', () => stream.end())
      }
      const one = (await world.http2()).begin(POST)
      for (const word of ['a', 'b', 'c']) {
        one.stream.write(word)
        await one.until(() => one.body.includes(word))
      }
      one.stream.end()
      return one.result()
    },
    shows: { body: '<a><b><c>' },
  },
  {
    name: 'h2→h2: a client that cancels',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = (stream) => stream.respond({ ':status': 200 })
      const one = (await world.http2()).begin(POST)
      one.stream.write('a')
      await one.until(() => one.answered)
      one.stream.close(8)
      return { told: await eventually(() => world.http2Origin.calls[0]?.reset !== undefined) }
    },
    shows: { told: true },
  },
  {
    name: 'h2→h2: a server that resets before it answers',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (stream) => stream.close(2)
      return call(world)
    },
    shows: { status: 503 },
  },
  {
    name: 'h2→h2: a server that resets when it has answered',
    upstream,
    play: (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond({ ':status': 200 })
        stream.write('half', () => stream.close(2))
      }
      return call(world)
    },
    shows: { status: 200, body: 'half' },
  },
  {
    name: 'h2→h2: an answer before the request is through',
    upstream,
    play: async (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond({ ':status': 413 })
        stream.end('too large')
      }
      const one = (await world.http2()).begin(POST)
      one.stream.write('some')
      return one.result()
    },
    shows: { status: 413, body: 'too large' },
  },
  {
    name: 'h2→h2: interim responses pass',
    upstream,
    manager: { proxy_100_continue: true },
    play: (world) => {
      world.http2Origin.answer = (stream, received, session) => {
        stream.additionalHeaders({ ':status': 103, link: '</a>' })
        whole({ ':status': 200 }, 'yes')(stream, received, session)
      }
      return call(world)
    },
    shows: { interim: [103], status: 200 },
  },
  {
    name: 'h2→h2: streams of one connection to one connection',
    upstream,
    play: async (world) => {
      const client = await world.http2()
      const all = await Promise.all([...'abcdef'].map((letter) => client.call({ ':path': `/${letter}` })))
      const statuses = all.map(({ status }) => status)
      world.http2Origin.take()
      return { statuses, connections: world.http2Origin.connections }
    },
    shows: { statuses: [200, 200, 200, 200, 200, 200] },
  },
  {
    name: 'h2→h1: a body and its answer',
    upstream: 'raw',
    play: (world) => {
      world.rawOrigin.answer = ({ socket, received }) => {
        if (received.endsWith('0\r\n\r\n'))
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n')
      }
      return call(world, POST, 'hello')
    },
    shows: { status: 200, body: 'yes' },
  },
  {
    name: 'h2→h1: trailers both ways',
    upstream: 'raw',
    options: { explicit_http_config: { http_protocol_options: { enable_trailers: true } } },
    play: (world) => {
      world.rawOrigin.answer = ({ socket, received }) => {
        if (received.endsWith('x-last: one\r\n\r\n'))
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\nx-end: yes\r\n\r\n')
      }
      return call(world, POST, 'hello', { 'x-last': 'one' })
    },
    shows: { status: 200, trailers: { 'x-end': 'yes' } },
  },
  {
    name: 'h2→h1: trailers are dropped',
    upstream: 'raw',
    play: (world) => {
      world.rawOrigin.answer = ({ socket, received }) => {
        if (received.endsWith('0\r\n\r\n'))
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\nx-end: yes\r\n\r\n')
      }
      return call(world, POST, 'hello', { 'x-last': 'one' })
    },
    shows: { status: 200, body: 'yes' },
  },
  {
    name: 'h2→as the client: HTTP/2',
    upstream,
    options: { explicit_http_config: undefined, use_downstream_protocol_config: { http2_protocol_options: {} } },
    play: (world) => call(world),
    shows: { status: 200 },
  },
]
