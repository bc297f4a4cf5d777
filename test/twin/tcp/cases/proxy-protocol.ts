import type { Places, TcpCase } from '../case.ts'
import { httpChain, listenerFilter, tcpChain } from '../configuration.ts'

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const ADDRESSES_V4 = Buffer.from([10, 0, 0, 1, 10, 0, 0, 2, 0x03, 0xe8, 0x07, 0xd0])
const ADDRESSES_V6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  Buffer.from('20010db8000000000000000000000002', 'hex'),
  Buffer.from([0x03, 0xe8, 0x07, 0xd0]),
])
const TLV = Buffer.from([0xe2, 0, 3, 1, 2, 3])

function v2(command: number, family: number, rest: Buffer, length = rest.length): Buffer {
  return Buffer.concat([SIGNATURE, Buffer.from([command, family, length >> 8, length & 0xff]), rest])
}

type Fields = Readonly<Record<string, unknown>>

function listens(fields: Fields, chain: (places: Places) => object): TcpCase['listener'] {
  return (places) => ({ listener_filters: [listenerFilter('proxy_protocol', fields)], filter_chains: [chain(places)] })
}

/** The header is taken: `hello` behind it reaches the server. The log has the client's address. */
function taken(name: string, header: readonly (string | Buffer)[], fields: Fields = {}): TcpCase {
  return {
    name: `PROXY protocol in: ${name}`,
    listener: listens(fields, (places) => tcpChain(places)),
    clients: [['yes', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send(...header, 'hello')
      const server = await origins.alpha.accept()
      await server.has(5)
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  }
}

/** The connection is closed without a word. */
function refused(name: string, header: readonly (string | Buffer)[], fields: Fields = {}): TcpCase {
  return {
    name: `PROXY protocol in: ${name}`,
    listener: listens(fields, (places) => tcpChain(places)),
    clients: [['', 'reset']],
    // A connection that no filter chain has taken is not logged.
    comparesLog: false,
    play: async ({ connect }) => {
      const client = await connect()
      await client.send(...header)
      await client.ends()
    },
  }
}

/** An upstream is told who the client is. */
function told(name: string, cluster: string, before: readonly (string | Buffer)[], length: number): TcpCase {
  const filters = before.length === 0 ? [] : [listenerFilter('proxy_protocol', PASSES_ALL)]
  return {
    name: `PROXY protocol out: ${name}`,
    listener: (places) => ({ listener_filters: filters, filter_chains: [tcpChain(places, { cluster })] }),
    clients: [['yes', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send(...before, 'hello')
      const server = await origins.alpha.accept()
      await server.has(length)
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  }
}

const PASSES_ALL = { pass_through_tlvs: { match_type: 'INCLUDE_ALL' } }

export const proxyProtocol: readonly TcpCase[] = [
  taken('version 1, IPv4', ['PROXY TCP4 10.0.0.1 10.0.0.2 1000 2000\r\n']),
  taken('version 1, IPv6', ['PROXY TCP6 2001:db8::1 2001:db8:0:0::2 1000 2000\r\n']),
  taken('version 1, unknown', ['PROXY UNKNOWN\r\n']),
  taken('version 1, unknown with more', ['PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n']),
  taken('version 1 in pieces', ['PRO', 'XY TCP4 10.0.0.1 10.', '0.0.2 1000 2000\r', '\n']),
  taken('version 2, IPv4', [v2(0x21, 0x11, ADDRESSES_V4)]),
  taken('version 2, IPv6', [v2(0x21, 0x21, ADDRESSES_V6)]),
  taken('version 2 with a TLV', [v2(0x21, 0x11, Buffer.concat([ADDRESSES_V4, TLV]))]),
  taken('version 2, local', [v2(0x20, 0x00, Buffer.alloc(0))]),
  taken('version 2, local with addresses', [v2(0x20, 0x11, ADDRESSES_V4)]),
  taken('version 2 in pieces', [SIGNATURE.subarray(0, 5), v2(0x21, 0x11, ADDRESSES_V4).subarray(5)]),
  taken('version 2, UDP', [v2(0x21, 0x12, ADDRESSES_V4)]),
  taken('none, allowed', ['abc'], { allow_requests_without_proxy_protocol: true }),
  refused('none', ['GET / HTTP/1.1\r\n\r\n']),
  refused('version 1 without addresses', ['PROXY TCP4\r\n']),
  refused('version 1 with a wrong family', ['PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n']),
  refused('version 1 with a port out of range', ['PROXY TCP4 10.0.0.1 10.0.0.2 1 65536\r\n']),
  refused('version 1 with a name', ['PROXY TCP4 localhost 10.0.0.2 1 2\r\n']),
  refused('version 1 without an end', [`PROXY TCP4 ${'1'.repeat(120)}`]),
  refused('version 1 with a multicast address', ['PROXY TCP4 224.0.0.1 10.0.0.2 1 2\r\n']),
  refused('version 2 with an unknown command', [v2(0x22, 0x11, ADDRESSES_V4)]),
  refused('version 2, Unix domain sockets', [v2(0x21, 0x31, Buffer.alloc(216, 'x'))]),
  refused('version 2, unspecified', [v2(0x21, 0x00, Buffer.alloc(0))]),
  refused('version 2 of an unknown family', [v2(0x21, 0x41, ADDRESSES_V4)]),
  refused('version 2 with a broken TLV', [v2(0x21, 0x11, Buffer.concat([ADDRESSES_V4, TLV.subarray(0, 4)]))]),
  refused('version 3', [v2(0x31, 0x11, ADDRESSES_V4)]),
  refused('version 2, too short for its addresses', [v2(0x21, 0x11, ADDRESSES_V4.subarray(0, 8))]),
  refused('version 1 where it is disallowed', ['PROXY TCP4 10.0.0.1 10.0.0.2 1000 2000\r\n'], {
    disallowed_versions: ['V1'],
  }),
  {
    name: 'PROXY protocol in: the client that HTTP sees',
    listener: listens({}, (places) => httpChain(places, 'alpha')),
    clients: [[/^HTTP\/1\.1 200 OK/, 'open']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send('PROXY TCP4 10.0.0.1 10.0.0.2 1000 2000\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n')
      const server = await origins.alpha.accept()
      await server.has(20)
      await server.send('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      await client.has(20)
    },
  },
  {
    name: 'PROXY protocol out: HTTP requests of one client share a connection, those of another do not',
    listener: (places) => ({ filter_chains: [httpChain(places, 'tells v1')] }),
    clients: [
      [/^HTTP\/1\.1 200 OK[\s\S]*HTTP\/1\.1 200 OK/, 'open'],
      [/^HTTP\/1\.1 200 OK/, 'open'],
    ],
    comparesLog: false,
    play: async ({ connect, origins }) => {
      const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
      const first = await connect()
      await first.send('GET /1 HTTP/1.1\r\nhost: a\r\n\r\n')
      const one = await origins.alpha.accept()
      await one.receives('GET /1')
      await one.send(answer)
      await first.has(60)
      await first.send('GET /2 HTTP/1.1\r\nhost: a\r\n\r\n')
      await one.receives('GET /2')
      await one.send(answer)
      await first.has(180)
      const second = await connect()
      await second.send('GET /3 HTTP/1.1\r\nhost: a\r\n\r\n')
      const other = await origins.alpha.accept()
      await other.receives('GET /3')
      await other.send(answer)
      await second.has(60)
    },
  },
  told('version 1', 'tells v1', [], 40),
  told('version 2', 'tells v2', [], 33),
  told('version 1 of a client behind another proxy', 'tells v1', ['PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n'], 40),
  told('version 2 with what came', 'tells v2', [v2(0x21, 0x11, Buffer.concat([ADDRESSES_V4, TLV]))], 33),
]
