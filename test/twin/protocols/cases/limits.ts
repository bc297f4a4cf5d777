import type { Client } from '../../client.ts'
import type { ProtocolCase, World } from '../case.ts'
import type { RawAnswer, RawConnection } from '../raw-origin.ts'
import { eventually, get } from './plays.ts'

const upstream = 'raw'
const answer = (status: string) => `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`
/** Long enough that whatever would come at once has come, ms. */
const QUIET_MS = 100

const requestsOn = ({ received }: RawConnection) => received.split('\r\n\r\n').length - 1
const requestsIn = (world: World) => world.rawOrigin.connections.reduce((sum, one) => sum + requestsOn(one), 0)
const retriesIn = (world: World) =>
  world.rawOrigin.connections.reduce((sum, { received }) => sum + (received.match(/attempt-count: 2/g)?.length ?? 0), 0)
const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS))

/** First tries fail at once; second ones are kept waiting. */
const failsFirst: RawAnswer = ({ socket, received }) => {
  const last = received.split('\r\n\r\n').at(-2) ?? ''
  if (received.endsWith('\r\n\r\n') && last.includes('attempt-count: 1')) socket.write(answer('503 Unavailable'))
}

async function statusOf(client: Client): Promise<string | undefined> {
  return (await client.response(false))?.startLine.split(' ')[1]
}

/** `count` requests, one begun after the other: how many are tried again while none of those is answered. */
async function retriesAtOnce(world: World, count: number): Promise<unknown> {
  world.rawOrigin.answer = failsFirst
  const clients: Client[] = []
  for (let index = 1; index <= count; index += 1) {
    const client = await world.http1()
    clients.push(client)
    await client.send([get()])
    await eventually(() => requestsIn(world) >= index)
    await quiet()
  }
  const retries = retriesIn(world)
  world.rawOrigin.answer = () => {}
  for (const { socket } of world.rawOrigin.connections) socket.write(answer('200 OK'))
  return { retries, statuses: (await Promise.all(clients.map(statusOf))).sort() }
}

function retried(name: string, thresholds: object, count: number, shows: object): ProtocolCase {
  return {
    name: `retries: ${name}`,
    upstream,
    virtualHost: { include_request_attempt_count: true },
    // Without a deadline no header says how much of it is left.
    route: {
      timeout: '0s',
      retry_policy: {
        retry_on: '5xx',
        num_retries: 1,
        retry_back_off: { base_interval: '0.001s', max_interval: '0.001s' },
      },
    },
    cluster: { circuit_breakers: { thresholds: [thresholds] } },
    play: (world) => retriesAtOnce(world, count),
    logLines: count,
    anyConnection: true,
    shows,
  }
}

/** How many connections two requests at once get, and what becomes of them when both are answered in turn. */
async function connectionsOfTwo(world: World): Promise<unknown> {
  world.rawOrigin.answer = () => {}
  const clients = [await world.http1(), await world.http1()]
  for (const [index, client] of clients.entries()) {
    await client.send([get()])
    if (index === 0) await eventually(() => requestsIn(world) === 1)
  }
  await quiet()
  const connections = world.rawOrigin.connections.length
  const before = requestsIn(world)
  const answered = new Map<RawConnection, number>()
  const answerAll = () => {
    for (const one of world.rawOrigin.connections) {
      for (let sent = answered.get(one) ?? 0; sent < requestsOn(one); sent += 1) one.socket.write(answer('200 OK'))
      answered.set(one, requestsOn(one))
    }
  }
  world.rawOrigin.answer = answerAll
  answerAll()
  return { connections, before, statuses: await Promise.all(clients.map(statusOf)) }
}

function limited(name: string, circuit_breakers: object, shows: object): ProtocolCase {
  return {
    name: `connections: ${name}`,
    upstream,
    cluster: { circuit_breakers },
    play: connectionsOfTwo,
    logLines: 2,
    shows,
  }
}

/** Circuit breakers that count what goes on at the same time. */
export const limits: readonly ProtocolCase[] = [
  retried('as many as there may be', { max_retries: 1 }, 3, { retries: 1, statuses: ['200', '503', '503'] }),
  retried('a budget below its least', { retry_budget: { budget_percent: { value: 1 }, min_retry_concurrency: 2 } }, 3, {
    retries: 2,
    statuses: ['200', '200', '503'],
  }),
  retried('a budget of half', { retry_budget: { budget_percent: { value: 50 }, min_retry_concurrency: 1 } }, 3, {
    statuses: ['200', '503', '503'],
  }),
  retried('a budget of all', { retry_budget: { budget_percent: { value: 100 }, min_retry_concurrency: 1 } }, 3, {
    statuses: ['200', '200', '200'],
  }),
  retried('the least is three by default', { retry_budget: { budget_percent: { value: 1 } } }, 4, {
    retries: 3,
    statuses: ['200', '200', '200', '503'],
  }),
  retried('a budget takes the place of a number', { max_retries: 0, retry_budget: {} }, 1, { statuses: ['200'] }),
  limited('two without a limit', {}, { connections: 2, statuses: ['200', '200'] }),
  limited(
    'one a cluster',
    { thresholds: [{ max_connections: 1 }] },
    { connections: 1, before: 1, statuses: ['200', '200'] },
  ),
  limited(
    'one a host',
    { per_host_thresholds: [{ max_connections: 1 }] },
    {
      connections: 1,
      before: 1,
      statuses: ['200', '200'],
    },
  ),
  limited(
    'two a host',
    { per_host_thresholds: [{ max_connections: 2 }] },
    { connections: 2, statuses: ['200', '200'] },
  ),
  limited(
    'one a host, nobody waits',
    {
      per_host_thresholds: [{ max_connections: 1 }],
      thresholds: [{ max_pending_requests: 1 }],
    },
    { connections: 1, statuses: ['200', '200'] },
  ),
]
