import { get as getRequest, request } from '../../case.ts'
import type { ProtocolCase, World } from '../case.ts'
import type { Answer } from '../http2-origin.ts'
import type { RawAnswer } from '../raw-origin.ts'
import { call, eventually } from './plays.ts'

const WEBSOCKET = { upgrade_configs: [{ upgrade_type: 'websocket' }] }
const CONNECT = { upgrade_configs: [{ upgrade_type: 'CONNECT' }] }
const EXTENDED = { http2_protocol_options: { allow_connect: true } }
const ALLOW = { explicit_http_config: { http2_protocol_options: { allow_connect: true } } }
const CONNECT_MATCH = { match: { connect_matcher: {} } }
const TERMINATES = { upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] }

const upgrade = getRequest('shop', '/chat', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: x')
const extended = { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat', ':scheme': 'http' }

/** Gives each line back in brackets, and ends for `quit` (Envoy takes a client's half close for its end). */
const answerLine: RawAnswer = ({ socket, received }) => {
  const line = received.split('\n').at(-2)
  if (line === 'quit') socket.end('bye')
  else socket.write(`[${line}]`)
}

/** As `answerLine`, on a stream. */
const answerLines: Answer = (stream) => {
  stream.respond({ ':status': 200 })
  stream.on('data', (chunk) => {
    const line = String(chunk).trim()
    if (line === 'quit') stream.end('bye')
    else stream.write(`[${line}]`)
  })
}

/** Says yes to an upgrade, then answers lines. */
const switches =
  (status: string): RawAnswer =>
  (connection) => {
    const { socket, received } = connection
    const [head, rest] = received.split('\r\n\r\n', 2) as [string, string | undefined]
    if (rest === undefined) return
    if (rest === '') {
      const fields = status.startsWith('101') ? 'connection: upgrade\r\nupgrade: websocket\r\n' : ''
      socket.write(`HTTP/1.1 ${status}\r\n${fields}x-head: ${head.length > 0}\r\n\r\n`)
    } else answerLine(connection)
  }

/** Sends the head, waits for the answer, then says two lines and ends. */
async function http1Tunnel(world: World, head: string) {
  const client = await world.http1()
  await client.send([head])
  const answer = await client.response(true)
  const seen: string[] = []
  for (const word of ['one\n', 'two\n']) {
    await client.send([word])
    await eventually(() => client.leftover.includes(`[${word.trim()}]`))
    seen.push(client.leftover)
  }
  await client.send(['quit\n'])
  await eventually(() => client.leftover.includes('bye'))
  return { head: answer?.startLine, headers: Object.fromEntries(answer?.headers ?? []), seen, end: client.leftover }
}

async function http2Tunnel(world: World, headers: Record<string, string>) {
  const one = (await world.http2()).begin(headers)
  await one.until(() => one.answered)
  for (const word of ['one', 'two']) {
    one.stream.write(`${word}\n`)
    await one.until(() => one.body.includes(`[${word}]`))
  }
  one.stream.end('quit\n')
  return one.result()
}

const HALVES = 'that a server has ended its half is no failure, and what it sent before is not lost'

const upgradeOf = (received: string) => received.includes('upgrade: websocket')

export const tunnels: readonly ProtocolCase[] = [
  {
    name: 'WebSocket h1→h1',
    upstream: 'raw',
    manager: WEBSOCKET,
    play: (world) => {
      world.rawOrigin.answer = switches('101 Switching Protocols')
      return http1Tunnel(world, upgrade)
    },
    shows: { head: 'HTTP/1.1 101 Switching Protocols', end: '[one][two]bye' },
    ours: { because: HALVES, shows: { end: '[one][two]bye' } },
  },
  {
    name: 'WebSocket h1→h2',
    upstream: 'http2',
    manager: WEBSOCKET,
    options: ALLOW,
    play: (world) => {
      world.http2Origin.answer = answerLines
      return http1Tunnel(world, upgrade)
    },
    shows: { head: 'HTTP/1.1 101 Switching Protocols', end: '[one][two]bye' },
  },
  {
    name: 'WebSocket h2→h1',
    upstream: 'raw',
    manager: { ...WEBSOCKET, ...EXTENDED },
    play: async (world) => {
      world.rawOrigin.answer = switches('101 Switching Protocols')
      const result = await http2Tunnel(world, extended)
      return { ...result, upgraded: upgradeOf(world.rawOrigin.connections[0]?.received ?? '') }
    },
    shows: { status: 200, body: '[one][two]bye', upgraded: true },
    ours: { because: HALVES, shows: { body: '[one][two]bye', reset: 0, upgraded: true } },
  },
  {
    name: 'WebSocket h2→h2',
    upstream: 'http2',
    manager: { ...WEBSOCKET, ...EXTENDED },
    options: ALLOW,
    play: (world) => {
      world.http2Origin.answer = answerLines
      return http2Tunnel(world, extended)
    },
    shows: { status: 200, body: '[one][two]bye' },
  },
  {
    name: 'WebSocket h2→h1 that the server declines',
    upstream: 'raw',
    manager: { ...WEBSOCKET, ...EXTENDED },
    play: async (world) => {
      world.rawOrigin.answer = ({ socket }) => socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno')
      const { status, reset } = await (async () => {
        const one = (await world.http2()).begin(extended)
        return one.result()
      })()
      return { status, reset }
    },
    shows: { status: 404 },
  },
  {
    name: 'WebSocket h1→h2 that the server declines',
    upstream: 'http2',
    manager: WEBSOCKET,
    options: ALLOW,
    play: async (world) => {
      world.http2Origin.answer = (stream) => stream.respond({ ':status': 403 }, { endStream: true })
      const client = await world.http1()
      await client.send([upgrade])
      return { head: (await client.response(false))?.startLine }
    },
    shows: { head: 'HTTP/1.1 403 Forbidden' },
  },
  {
    name: 'WebSocket over HTTP/2 that is not on offer',
    upstream: 'raw',
    manager: EXTENDED,
    play: (world) => call(world, extended),
    shows: { status: 403 },
  },
  {
    name: 'CONNECT that nobody allows',
    upstream: 'raw',
    virtualHost: { routes: [{ ...CONNECT_MATCH, route: { cluster: 'cluster 0' } }] },
    play: (world) => http1Tunnel(world, request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80'])),
    shows: { head: 'HTTP/1.1 403 Forbidden' },
  },
  {
    name: 'CONNECT h1→h1, forwarded',
    upstream: 'raw',
    ...CONNECT_MATCH,
    manager: CONNECT,
    play: (world) => {
      world.rawOrigin.answer = switches('200 OK')
      return http1Tunnel(world, request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80']))
    },
    shows: { head: 'HTTP/1.1 200 OK', end: '[one][two]bye' },
    ours: { because: HALVES, shows: { end: '[one][two]bye' } },
  },
  {
    name: 'CONNECT h2→h1, forwarded',
    upstream: 'raw',
    ...CONNECT_MATCH,
    manager: { ...CONNECT, ...EXTENDED },
    play: (world) => {
      world.rawOrigin.answer = switches('200 OK')
      return http2Tunnel(world, { ':method': 'CONNECT', ':authority': 'shop:80' })
    },
    shows: { status: 200 },
    ours: { because: HALVES, shows: { body: '[one][two]bye', reset: 0 } },
  },
  {
    name: 'CONNECT h1→h2, forwarded',
    upstream: 'http2',
    ...CONNECT_MATCH,
    manager: CONNECT,
    options: ALLOW,
    play: (world) => {
      world.http2Origin.answer = answerLines
      return http1Tunnel(world, request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80']))
    },
    shows: { head: 'HTTP/1.1 200 OK', end: '[one][two]bye' },
  },
  {
    name: 'CONNECT that the server declines',
    upstream: 'raw',
    ...CONNECT_MATCH,
    manager: CONNECT,
    play: async (world) => {
      world.rawOrigin.answer = ({ socket }) =>
        socket.write('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 2\r\n\r\nno')
      const client = await world.http1()
      await client.send([request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80'])])
      return { head: (await client.response(false))?.startLine }
    },
    shows: { head: 'HTTP/1.1 407 Proxy Authentication Required' },
  },
  {
    name: 'CONNECT h1, terminated',
    upstream: 'raw',
    ...CONNECT_MATCH,
    route: TERMINATES,
    play: (world) => {
      world.rawOrigin.answer = answerLine
      return http1Tunnel(world, request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80']))
    },
    shows: { head: 'HTTP/1.1 200 OK', end: '[one][two]bye' },
  },
  {
    name: 'CONNECT h2, terminated',
    upstream: 'raw',
    ...CONNECT_MATCH,
    manager: EXTENDED,
    route: TERMINATES,
    play: (world) => {
      world.rawOrigin.answer = answerLine
      return http2Tunnel(world, { ':method': 'CONNECT', ':authority': 'shop:80' })
    },
    shows: { status: 200, body: '[one][two]bye' },
  },
  {
    name: 'CONNECT, terminated where nobody listens',
    upstream: 'none',
    ...CONNECT_MATCH,
    route: TERMINATES,
    play: async (world) => {
      const client = await world.http1()
      await client.send([request(['CONNECT shop:80 HTTP/1.1', 'host: shop:80'])])
      return { head: (await client.response(false))?.startLine }
    },
    shows: { head: 'HTTP/1.1 503 Service Unavailable' },
  },
]
