import type { Places, TcpCase } from '../case.ts'
import { listenerFilter, tcpChain } from '../configuration.ts'
import { clientHello } from './server-names.ts'

type Rule = Readonly<Record<string, unknown>>

const ports = (start: number, end = start + 1): Rule => ({ destination_port_range: { start, end } })
const not = (rule: Rule): Rule => ({ not_match: rule })
const all = (...rules: readonly Rule[]): Rule => ({ and_match: { rules } })
const any = (...rules: readonly Rule[]): Rule => ({ or_match: { rules } })

/** Where the PROXY header says that the client wanted to go. */
const RESTORED_PORT = 2000
const HEADER = `PROXY TCP4 10.0.0.1 10.0.0.2 1000 ${RESTORED_PORT}\r\n`
const HELLO = clientHello('a.example')

/** `a.example` goes to `alpha` if the inspector has looked at it, and to `six` if not. */
function inspects(rule: (port: number) => Rule, before: readonly unknown[]): TcpCase['listener'] {
  return (places: Places) => ({
    listener_filters: [...before, { ...listenerFilter('tls_inspector'), filter_disabled: rule(places.listener) }],
    filter_chains: [{ filter_chain_match: { server_names: ['a.example'] }, ...tcpChain(places) }],
    default_filter_chain: tcpChain(places, { cluster: 'six' }),
  })
}

function goes(to: 'alpha' | 'six', name: string, rule: (port: number) => Rule, header?: string): TcpCase {
  return {
    name: `listener filter, disabled for ${name}`,
    listener: inspects(rule, header === undefined ? [] : [listenerFilter('proxy_protocol')]),
    clients: [['yes', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send(...(header === undefined ? [HELLO] : [header, HELLO]))
      const server = await origins[to].accept()
      await server.has(HELLO.length)
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  }
}

export const disabledFilters: readonly TcpCase[] = [
  goes('six', 'all connections', () => ({ any_match: true })),
  goes('alpha', 'none', () => not({ any_match: true })),
  goes('six', 'its port', (port) => ports(port)),
  goes('six', 'all ports', () => ports(0, 65_536)),
  goes('alpha', 'ports below its own', (port) => ports(port - 10, port)),
  goes('alpha', 'ports above its own', (port) => ports(port + 1, port + 10)),
  goes('alpha', 'all ports but its own', (port) => not(ports(port))),
  goes('six', 'its port or another one', (port) => any(ports(port + 1), ports(port))),
  goes('alpha', 'two other ports', (port) => any(ports(port + 1), ports(port + 2))),
  goes('alpha', 'its port if that is another one, too', (port) => all(ports(port), ports(port + 1))),
  goes('six', 'its port and not another one', (port) => all(ports(port), not(ports(port + 1)))),
  goes('six', 'the port that another filter has restored', () => ports(RESTORED_PORT), HEADER),
  goes('alpha', 'its own port, when another one was restored', (port) => ports(port), HEADER),
  {
    name: 'listener filter, disabled: the server may speak first',
    listener: inspects((port) => ports(port), []),
    clients: [['welcome', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      const server = await origins.six.accept()
      await server.send('welcome')
      await client.has('welcome'.length)
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  },
  {
    name: 'listener filter, disabled: a PROXY header is nothing but bytes',
    listener: (places) => ({
      listener_filters: [{ ...listenerFilter('proxy_protocol'), filter_disabled: { any_match: true } }],
      filter_chains: [tcpChain(places)],
    }),
    clients: [['yes', 'end']],
    play: async ({ connect, origins }) => {
      const client = await connect()
      await client.send(HEADER)
      const server = await origins.alpha.accept()
      await server.has(HEADER.length)
      await server.send('yes')
      server.end()
      await client.ends()
      client.end()
      await server.ends()
    },
  },
]
