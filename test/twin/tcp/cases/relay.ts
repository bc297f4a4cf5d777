import type { TcpCase, World } from '../case.ts'
import { tcpChain } from '../configuration.ts'

const BULK = 'x'.repeat(3_000_000)

/** A listener of a plain TCP proxy. */
function proxied(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  clients: TcpCase['clients'],
  play: TcpCase['play'],
  more: Partial<TcpCase> = {},
): TcpCase {
  return { name, listener: (places) => ({ filter_chains: [tcpChain(places, fields)] }), clients, play, ...more }
}

async function pair({ connect, origins }: World) {
  const client = await connect()
  return { client, server: await origins.alpha.accept() }
}

export const relay: readonly TcpCase[] = [
  proxied('echo', {}, [['pong', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('ping')
    await server.has(4)
    await server.send('pong')
    await client.has(4)
    client.end()
    await server.ends()
    server.end()
    await client.ends()
  }),
  proxied('the server speaks first', {}, [['hello', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await server.send('hello')
    server.end()
    await client.ends()
    client.end()
    await server.ends()
  }),
  proxied('the client ends first, the server goes on', {}, [['late', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('all')
    client.end()
    await server.ends()
    await server.send('late')
    server.end()
    await client.ends()
  }),
  proxied('the server ends first, the client goes on', {}, [['', 'end']], async (world) => {
    const { client, server } = await pair(world)
    server.end()
    await client.ends()
    await client.send('more')
    await server.has(4)
    client.end()
    await server.ends()
  }),
  proxied('much from the client', {}, [['', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await client.send(BULK)
    client.end()
    await server.has(BULK.length)
    await server.ends()
    server.end()
    await client.ends()
  }),
  proxied('much from the server', {}, [[BULK.length, 'end']], async (world) => {
    const { client, server } = await pair(world)
    await server.send(BULK)
    server.end()
    await client.has(BULK.length)
    client.end()
    await server.ends()
  }),
  proxied('much both ways', {}, [[BULK.length, 'end']], async (world) => {
    const { client, server } = await pair(world)
    await Promise.all([client.send(BULK), server.send(BULK)])
    await Promise.all([client.has(BULK.length), server.has(BULK.length)])
    client.end()
    await server.ends()
    server.end()
    await client.ends()
  }),
  proxied('the client resets', {}, [['', 'open']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('a')
    await server.has(1)
    client.reset()
    await server.ends()
  }),
  proxied('the server resets', {}, [['b', 'reset']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('a')
    await server.has(1)
    await server.send('b')
    await client.has(1)
    server.reset()
    await client.ends()
  }),
  proxied(
    'several at once',
    {},
    [
      ['0', 'end'],
      ['1', 'end'],
      ['2', 'end'],
    ],
    async ({ connect, origins }) => {
      for (let index = 0; index < 3; index += 1) {
        const client = await connect()
        const server = await origins.alpha.accept()
        await server.send(String(index))
        server.end()
        await client.ends()
        client.end()
        await server.ends()
      }
    },
  ),
]

/** Where there is no upstream. */
const refused = async ({ connect }: World) => {
  const client = await connect()
  await client.ends()
}

export const noUpstream: readonly TcpCase[] = [
  proxied('no endpoint', { cluster: 'empty' }, [['', 'end']], refused),
  proxied('no such cluster', { cluster: 'nowhere' }, [['', 'end']], refused),
  proxied('connection refused', { cluster: 'dead' }, [['', 'end']], refused),
  proxied('connection refused, three attempts', { cluster: 'dead', max_connect_attempts: 3 }, [['', 'end']], refused),
  proxied(
    'a second attempt reaches another endpoint',
    { cluster: 'dead or alive', max_connect_attempts: 2 },
    [['yes', 'end']],
    async ({ connect, origins }) => {
      const client = await connect()
      const server = await origins.alpha.accept()
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
    // Which of the endpoints is first is Envoy's own choice.
    { comparesLog: false },
  ),
  proxied(
    'too many connections',
    { cluster: 'full' },
    [
      ['', 'open'],
      ['', 'end'],
    ],
    async ({ connect, origins }) => {
      await connect()
      await origins.alpha.accept()
      const second = await connect()
      await second.ends()
    },
  ),
  proxied('a name that is not there', { cluster: 'unknown name' }, [['', 'end']], refused),
]

const answered =
  (name: 'alpha' | 'beta' | 'six' | 'pipe') =>
  async ({ connect, origins }: World) => {
    const client = await connect()
    const server = await origins[name].accept()
    await client.send('ping')
    await server.has(4)
    await server.send(name)
    client.end()
    await server.ends()
    server.end()
    await client.ends()
  }

export const targets: readonly TcpCase[] = [
  proxied(
    'weighted clusters, one with all the weight',
    { weighted_clusters: { clusters: [{ name: 'beta', weight: 100 }] } },
    [['beta', 'end']],
    answered('beta'),
  ),
  proxied('IPv6 endpoint', { cluster: 'six' }, [['six', 'end']], answered('six')),
  proxied('Unix domain socket endpoint', { cluster: 'pipe' }, [['pipe', 'end']], answered('pipe')),
  proxied('strict DNS', { cluster: 'strict' }, [['alpha', 'end']], answered('alpha')),
  proxied('logical DNS', { cluster: 'logical' }, [['alpha', 'end']], answered('alpha')),
  proxied('bound to 127.0.0.6', { cluster: 'bound' }, [['127.0.0.6', 'end']], async ({ connect, origins }) => {
    const client = await connect()
    const server = await origins.alpha.accept()
    await server.send(String(server.socket.remoteAddress))
    server.end()
    await client.ends()
    client.end()
    await server.ends()
  }),
  proxied(
    'original destination of a connection that was not redirected',
    { cluster: 'original' },
    [['', 'end']],
    refused,
  ),
  proxied('idle timeout', { idle_timeout: '0.2s' }, [['', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('a')
    await server.has(1)
    await client.ends()
    await server.ends()
  }),
  proxied('longest duration', { max_downstream_connection_duration: '0.3s' }, [['', 'end']], async (world) => {
    const { client, server } = await pair(world)
    await client.send('a')
    await server.has(1)
    await client.ends()
    await server.ends()
  }),
]
