import type { TcpCase, World } from '../case.ts'
import { forwardProxyFilter, httpChain } from '../configuration.ts'

/** What the client asks, and what it gets from an upstream that answers. */
function asks(
  name: string,
  cluster: string,
  filters: readonly unknown[],
  request: (world: World) => string,
  more: Pick<TcpCase, 'clients'> & { readonly answered: boolean },
): TcpCase {
  const { answered, clients } = more
  return {
    name,
    listener: (places) => ({ filter_chains: [httpChain(places, cluster, filters)] }),
    clients,
    play: async (world) => {
      const client = await world.connect()
      await client.send(request(world))
      if (answered) {
        const server = await world.origins.alpha.accept()
        await server.has(20)
        await server.send('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      }
      await client.has(60)
    },
  }
}

const get = (host: string, ...fields: readonly string[]) =>
  ['GET / HTTP/1.1', `host: ${host}`, ...fields, '', ''].join('\r\n')
const OK: Pick<TcpCase, 'clients'> & { answered: true } = { answered: true, clients: [[/^HTTP\/1\.1 200 OK/, 'open']] }
const UNAVAILABLE = { answered: false, clients: [[/^HTTP\/1\.1 503 /, 'open']] } as const

const alpha = ({ origins }: World) => origins.alpha.port

export const namedHosts: readonly TcpCase[] = [
  asks(
    'dynamic forward proxy: a name',
    'forward',
    [forwardProxyFilter],
    (world) => get(`localhost:${alpha(world)}`),
    OK,
  ),
  asks(
    'dynamic forward proxy: an address',
    'forward',
    [forwardProxyFilter],
    (world) => get(`127.0.0.1:${alpha(world)}`),
    OK,
  ),
  // The details name what the resolver said, and ours is another one.
  {
    ...asks(
      'dynamic forward proxy: no such name',
      'forward',
      [forwardProxyFilter],
      () => get('no-such-host.invalid'),
      UNAVAILABLE,
    ),
    comparesLog: false,
  },
  asks('dynamic forward proxy: nobody listens', 'forward', [forwardProxyFilter], () => get('localhost:1'), UNAVAILABLE),
  asks(
    'dynamic forward proxy: another kind of cluster',
    'alpha',
    [forwardProxyFilter],
    () => get('no-such-host.invalid'),
    OK,
  ),
  asks(
    'original destination by header',
    'original by header',
    [],
    (world) => get('a', `x-envoy-original-dst-host: 127.0.0.1:${alpha(world)}`),
    OK,
  ),
  asks(
    'original destination by header: a name',
    'original by header',
    [],
    (world) => get('a', `x-envoy-original-dst-host: localhost:${alpha(world)}`),
    UNAVAILABLE,
  ),
  asks('strict DNS over HTTP', 'strict', [], () => get('a'), OK),
  asks('logical DNS over HTTP', 'logical', [], () => get('a'), OK),
  asks('a name without addresses over HTTP', 'unknown name', [], () => get('a'), UNAVAILABLE),
  asks('connection refused over HTTP', 'dead', [], () => get('a'), UNAVAILABLE),
]
