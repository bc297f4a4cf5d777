import { normalise, type Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { TestAuthority } from '../../../test/certificates.ts'
import { type ProxyFacts, specOf, translateFor } from '../src/index.ts'

const { root: ROOT } = await TestAuthority.create('test')

type Json = Readonly<Record<string, unknown>>

function object(kind: string, name: string, spec: unknown, metadata: Json = {}): Resource {
  const apiVersion = 'networking.istio.io/v1'
  return normalise({ apiVersion, kind, metadata: { name, namespace: 'default', ...metadata }, spec } as Resource)
}

function gateway(name: string, servers: readonly Json[], createdAt = ''): Resource {
  const spec = { selector: { istio: 'ingressgateway' }, servers }
  return object('Gateway', name, spec, { creationTimestamp: createdAt })
}

const server = (number: number, protocol: string, name: string, hosts: readonly string[], tls?: Json): Json => ({
  port: { number, protocol, name },
  hosts,
  ...(tls && { tls }),
})
const simple = (credentialName: string) => ({ mode: 'SIMPLE', credentialName })

const ROUTER: ProxyFacts = { type: 'router', namespace: 'istio-system', labels: { istio: 'ingressgateway' } }

/** Names of filter chains by listener, as the gateway has them. */
function chainsOf(objects: readonly Resource[]): Record<string, string[]> {
  const { listeners } = translateFor(objects, specOf(ROUTER))
  const named = listeners as unknown as readonly { name: string; filterChains: readonly { name: string }[] }[]
  return Object.fromEntries(named.map(({ name, filterChains }) => [name, filterChains.map((chain) => chain.name)]))
}

const tcpTo = (host: string, match?: Json) => ({
  ...(match && { match: [match] }),
  route: [{ destination: { host, port: { number: 9000 } } }],
})
const tlsTo = (host: string, ...sniHosts: readonly string[]) => ({ match: [{ sniHosts }], ...tcpTo(host) })
const rule = (name: string, spec: Json, createdAt = '') =>
  object('VirtualService', name, { hosts: ['*'], gateways: ['a'], ...spec }, { creationTimestamp: createdAt })

describe('servers of Gateways that share a port', () => {
  it('with TLS are told apart by server name, and the older has what both want', () => {
    const older = gateway('a', [server(443, 'HTTPS', 'one', ['a.test'], simple('c'))], '2020-01-01T00:00:00Z')
    const newer = gateway(
      'b',
      [
        server(443, 'HTTPS', 'two', ['*/A.test'], simple('d')),
        server(443, 'HTTPS', 'three', ['default/b.test'], simple('d')),
      ],
      '2021-01-01T00:00:00Z',
    )
    expect(chainsOf([newer, older])).toEqual({
      '0.0.0.0_443': ['https.443.one.a.default', 'https.443.three.b.default'],
    })
  })

  it('listen nowhere without a route for TCP, and whoever comes later does not get the port', () => {
    const both = [gateway('a', [server(80, 'TCP', 'tcp', ['*'])]), gateway('b', [server(80, 'HTTP', 'http', ['*'])])]
    expect(chainsOf(both)).toEqual({})
    expect(chainsOf([...both, rule('tcp', { tcp: [tcpTo('shop')] })])).toEqual({
      '0.0.0.0_80': ['outbound|9000||shop.default.svc.cluster.local'],
    })
  })

  it('are not served where there is no identity of the mesh, and the others are', () => {
    const servers = [
      server(443, 'TLS', 'mesh', ['a.test'], { mode: 'ISTIO_MUTUAL' }),
      server(443, 'HTTPS', 'own', ['b.test'], simple('c')),
    ]
    expect(chainsOf([gateway('a', servers)])).toEqual({ '0.0.0.0_443': ['https.443.own.a.default'] })
  })
})

describe('routes of TCP and TLS at a gateway', () => {
  const passing = gateway('a', [
    server(443, 'TLS', 'tls', ['*.test'], { mode: 'PASSTHROUGH' }),
    server(9000, 'TCP', 'tcp', ['*']),
  ])

  it('are for a port and a gateway of theirs, and the first that fits counts', () => {
    const routes = [
      tcpTo('never', { port: 1 }),
      tcpTo('never', { gateways: ['other'] }),
      tcpTo('shop', { port: 9000, gateways: ['a'] }),
      tcpTo('never'),
    ]
    expect(chainsOf([passing, rule('tcp', { tcp: routes })])['0.0.0.0_9000']).toEqual([
      'outbound|9000||shop.default.svc.cluster.local',
    ])
  })

  it('make a filter chain for each match, and a name that is taken is left to the older rule', () => {
    const older = rule('old', { hosts: ['*.test'], tls: [tlsTo('one', 'a.test')] }, '2020-01-01T00:00:00Z')
    const newer = rule('new', { hosts: ['*.test'], tls: [tlsTo('two', 'a.test'), tlsTo('two', 'B.test', 'c.test')] })
    const chains = chainsOf([
      passing,
      { ...newer, metadata: { ...newer.metadata, creationTimestamp: '2021-01-01T00:00:00Z' } },
      older,
    ])
    expect(chains['0.0.0.0_443']).toEqual([
      'outbound|9000||one.default.svc.cluster.local a.test',
      'outbound|9000||two.default.svc.cluster.local b.test c.test',
    ])
  })

  it('are those of VirtualServices whose hosts the server has, and that are exported to it', () => {
    const foreign = rule('foreign', { hosts: ['a.elsewhere'], tls: [tlsTo('one', 'a.elsewhere')] })
    const hidden = rule('hidden', { hosts: ['a.test'], exportTo: ['.'], tls: [tlsTo('one', 'a.test')] })
    expect(chainsOf([passing, foreign, hidden])).toEqual({})
  })
})

describe('secrets', () => {
  const mutual = gateway('a', [
    server(443, 'HTTPS', 'https', ['a.test'], { mode: 'MUTUAL', credentialName: 'shop' }),
    server(443, 'HTTPS', 'foreign', ['b.test'], simple('kubernetes://default/shop')),
  ])
  const secret = (name: string, namespace: string, stringData: Json) =>
    normalise({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData } as unknown as Resource)
  const namesFor = (objects: readonly Resource[]) =>
    translateFor(objects, specOf(ROUTER)).secrets.map(({ name, ...content }) => [name, Object.keys(content)])

  it('go to gateways of their own namespace alone, and only if they are named and of use', () => {
    const roots = { 'ca.crt': ROOT }
    expect(namesFor([mutual, secret('shop', 'default', roots), secret('other', 'istio-system', roots)])).toEqual([])
    expect(namesFor([mutual, secret('shop', 'istio-system', { 'ca.crt': 'nonsense' })])).toEqual([])
    expect(namesFor([mutual, secret('shop', 'istio-system', { ...roots, 'tls.crt': ROOT, 'tls.key': '' })])).toEqual([
      ['kubernetes://shop-cacert', ['validationContext']],
    ])
    expect(namesFor([mutual, secret('shop-cacert', 'istio-system', { cacert: ROOT })])).toEqual([
      ['kubernetes://shop-cacert', ['validationContext']],
    ])
  })
})
