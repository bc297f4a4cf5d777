import type { TcpCase } from '../case.ts'
import { listenerFilter, networkFilter, tcpChain } from '../configuration.ts'

/** A ClientHello of TLS 1.2 with nothing in it but a server name. */
export function clientHello(name: string): Buffer {
  const host = Buffer.from(name, 'latin1')
  const entry = Buffer.concat([Buffer.from([0]), u16(host.length), host])
  const list = Buffer.concat([u16(entry.length), entry])
  const extension = name === '' ? Buffer.alloc(0) : Buffer.concat([u16(0), u16(list.length), list])
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    Buffer.from([0, 2, 0xc0, 0x2f]),
    Buffer.from([1, 0]),
    u16(extension.length),
    extension,
  ])
  const handshake = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body])
  return Buffer.concat([Buffer.from([22, 3, 1]), u16(handshake.length), handshake])
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

/** By server name to `alpha`, `beta`, and to `six` for all else; the bytes pass untouched. */
const bySni: TcpCase['listener'] = (places) => ({
  listener_filters: [listenerFilter('tls_inspector')],
  filter_chains: [
    { filter_chain_match: { server_names: ['a.example'] }, ...tcpChain(places) },
    { filter_chain_match: { server_names: ['*.wild.example'] }, ...tcpChain(places, { cluster: 'beta' }) },
  ],
  default_filter_chain: tcpChain(places, { cluster: 'six' }),
})

function passes(name: string, bytes: readonly Buffer[], to: 'alpha' | 'beta' | 'six', listener = bySni): TcpCase {
  return {
    name: `TLS passed through: ${name}`,
    listener,
    clients: [['yes', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send(...bytes)
      const server = await origins[to].accept()
      await server.has(Buffer.concat(bytes).length)
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  }
}

const hello = clientHello('a.example')

const bySniCluster: TcpCase['listener'] = (places) => ({
  listener_filters: [listenerFilter('tls_inspector')],
  filter_chains: [tcpChain(places, { cluster: 'empty' }, [networkFilter('sni_cluster', 'SniCluster')])],
})

export const serverNames: readonly TcpCase[] = [
  passes('by name', [hello], 'alpha'),
  passes('by name, in pieces', [hello.subarray(0, 3), hello.subarray(3, 50), hello.subarray(50)], 'alpha'),
  passes('by name in capitals', [clientHello('A.Example')], 'alpha'),
  passes('by wildcard', [clientHello('x.y.wild.example')], 'beta'),
  passes('by no name that is known', [clientHello('other.example')], 'six'),
  passes('without a name', [clientHello('')], 'six'),
  passes('no TLS at all', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'six'),
  passes('to the cluster of that name', [clientHello('beta')], 'beta', bySniCluster),
  {
    name: 'TLS passed through: to a cluster that is not there',
    listener: bySniCluster,
    clients: [['', 'reset']],
    play: async ({ connect }) => {
      const client = await connect()
      await client.send(clientHello('nowhere'))
      await client.ends()
    },
  },
]
