import { request } from '../../case.ts'
import type { ProtocolCase } from '../case.ts'
import type { RawAnswer } from '../raw-origin.ts'
import { call, http1, inTurn, whole } from './plays.ts'

/** Requests for another protocol: what they look like, and what else is in them. Interim responses, too. */

const WEBSOCKET = { upgrade_configs: [{ upgrade_type: 'websocket' }] }
const asks = (method: string, fields: readonly string[], body = '') =>
  request([`${method} / HTTP/1.1`, 'host: shop', ...fields], body)
const UPGRADE = ['connection: upgrade', 'upgrade: websocket']

/** Agrees, and ends when the client does. */
const agrees =
  (fields: string): RawAnswer =>
  ({ socket, received, ended }) => {
    if (ended) socket.end()
    else if (received.endsWith('\r\n\r\n')) socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`)
  }

/** What of an upgrade reached the server. */
const asked = (received: string) =>
  received.split('\r\n').filter((line) => /^(?:connection|upgrade|content-length):/.test(line))

interface Switch {
  readonly method?: string
  readonly fields: readonly string[]
  readonly answer: string
  readonly shows: { readonly asked: readonly string[]; readonly responses: readonly unknown[] }
}

const switched = (name: string, { method = 'GET', fields, answer, shows }: Switch): ProtocolCase => ({
  name: `upgrades: ${name}`,
  upstream: 'raw',
  manager: WEBSOCKET,
  play: async (world) => {
    world.rawOrigin.answer = agrees(answer)
    const seen = await http1(world, asks(method, fields))
    return { ...(seen as object), asked: asked(world.rawOrigin.connections[0]?.received ?? '').sort() }
  },
  shows,
  // Only the log tells them apart.
  ours: { because: 'that one side has ended is no failure of the other: a tunnel has halves', shows },
})

const ANSWER = 'connection: upgrade\r\nupgrade: websocket\r\n'

const AGREED = [{ status: 101, headers: { connection: 'upgrade', upgrade: 'websocket' } }]

const BODIES: readonly (readonly [string, string, readonly string[], string])[] = [
  ['a length', 'GET', ['content-length: 3'], 'abc'],
  ['a length, POST', 'POST', ['content-length: 3'], 'abc'],
  ['chunks', 'POST', ['transfer-encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n'],
  ['an empty body', 'POST', ['content-length: 0'], ''],
]

export const upgrades: readonly ProtocolCase[] = [
  switched('as they are written', {
    fields: ['connection: Upgrade', 'upgrade: WebSocket'],
    answer: ANSWER,
    shows: { asked: ['connection: Upgrade', 'upgrade: WebSocket'], responses: AGREED },
  }),
  switched('beside keep-alive', {
    fields: ['connection: keep-alive, Upgrade', 'upgrade: websocket'],
    answer: ANSWER,
    shows: { asked: ['connection: keep-alive, Upgrade', 'upgrade: websocket'], responses: AGREED },
  }),
  switched('answered as it is written', {
    fields: UPGRADE,
    answer: 'Connection: Upgrade\r\nUpgrade: WebSocket\r\n',
    shows: {
      asked: UPGRADE,
      responses: [{ status: 101, headers: { connection: 'Upgrade', upgrade: 'WebSocket' } }],
    },
  }),
  switched('a method that has a body elsewhere', {
    method: 'PUT',
    fields: UPGRADE,
    answer: ANSWER,
    shows: { asked: UPGRADE, responses: AGREED },
  }),
  ...BODIES.map(
    ([name, method, fields, body]): ProtocolCase => ({
      name: `upgrades: not on offer, with ${name}`,
      upstream: 'raw',
      play: (world) => http1(world, asks(method, [...UPGRADE, ...fields], body)),
      shows: { responses: [{ status: 403 }] },
    }),
  ),
  {
    name: 'upgrades: on offer, with a body',
    upstream: 'raw',
    manager: WEBSOCKET,
    play: async (world) => {
      world.rawOrigin.answer = ({ socket, received }) => {
        const [head = '', body = 'none'] = received.split('\r\n\r\n')
        if (body === 'abc' || (body === '' && head.includes('upgrade: ')))
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nyes')
      }
      const seen = await http1(world, asks('POST', [...UPGRADE, 'content-length: 3'], 'abc'))
      return { ...(seen as object), asked: /upgrade: websocket/.test(world.rawOrigin.connections[0]?.received ?? '') }
    },
    shows: { responses: [{ status: 200 }], asked: true },
    ours: {
      because:
        'RFC 9110 7.8: where a body stands before the other protocol, the upgrade is ignored: servers differ in where that begins',
      shows: { responses: [{ status: 200, body: 'yes' }], asked: false },
    },
  },
  {
    name: 'upgrades: where no route is',
    upstream: 'raw',
    virtualHost: { routes: [] },
    play: (world) => http1(world, asks('GET', UPGRADE)),
    shows: { responses: [{}] },
  },
  ...[true, false].map(
    (always_set_request_id_in_response): ProtocolCase => ({
      name: `interim: the request's id ${always_set_request_id_in_response ? 'is' : 'is not'} in it`,
      upstream: 'http2',
      manager: { proxy_100_continue: true, always_set_request_id_in_response, via: 'v' },
      play: (world) => {
        world.http2Origin.answer = (stream) => {
          stream.additionalHeaders({ ':status': 102, link: '</a>' })
          stream.respond({ ':status': 200 }, { endStream: true })
        }
        return http1(world, asks('GET', []), 2)
      },
      shows: { responses: [{ status: 102 }, { status: 200 }] },
    }),
  ),
  {
    name: 'interim: HTTP/2 is told no reason',
    upstream: 'http2',
    manager: { proxy_100_continue: true, always_set_request_id_in_response: true },
    play: (world) => {
      world.http2Origin.answer = inTurn(
        (stream) => {
          stream.additionalHeaders({ ':status': 103 })
          stream.respond({ ':status': 204 }, { endStream: true })
        },
        whole({ ':status': 200 }),
      )
      return call(world)
    },
    shows: { interim: [103], status: 204 },
  },
]
