/** What servers are told of the routes that a rollout judges. That it is never wrong: packages/validation's property test. */
import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { describe, expect, it } from 'vitest'
import { createDiscovery, type ProxyFacts, specOf, translateFor } from '../src/index.ts'
import { LISTENER_TYPE, ROUTE_TYPE } from '../src/translate/resource.ts'
import { SIDECAR_NODE, service, subsets } from './mesh-objects.ts'

const SHOP = { type: 'sidecar', ip: '127.10.0.1', labels: { app: 'shop', version: 'v1' } } as const
const TO_SHOP = [{ destination: { host: 'shop', subset: 'v1' } }]
const NAME = 'inbound|8080||'

function object(kind: string, name: string, spec: unknown, apiVersion = 'networking.istio.io/v1'): Resource {
  return normalise({ apiVersion, kind, metadata: { name, namespace: 'default' }, spec } as Resource)
}

function rule(http: readonly object[], more: object = {}, name = 'shop'): Resource {
  return object('VirtualService', name, { hosts: ['*'], gateways: ['gateway'], http, ...more })
}

function canary(more: object = {}, virtualService = 'shop'): Resource {
  const spec = { traffic: { virtualService }, stable: { subset: 'v1' }, canary: { subset: 'v2' }, ...more }
  return object('Canary', virtualService, spec, 'mizzen.io/v1alpha1')
}

interface Route {
  readonly name?: string
  readonly metadata?: { readonly filterMetadata: Readonly<Record<string, { readonly path?: string }>> }
  readonly route: object
}
interface VirtualHost {
  readonly domains: readonly string[]
  readonly routes: readonly Route[]
}

/** The virtual hosts of the workload's port; undefined if its one route is part of the listener. */
function inbound(objects: readonly Resource[], facts: ProxyFacts = SHOP): readonly VirtualHost[] | undefined {
  const all = [service('shop', { app: 'shop' }), subsets(['v1', 'v2']), ...objects]
  const found = translateFor(all, specOf(facts)).routes.find(({ name }) => name === NAME)
  return found?.virtualHosts as readonly VirtualHost[] | undefined
}

/** As metrics have them; `-` stands for nobody's. */
function labelOf({ name, metadata }: Route): string {
  const path = metadata?.filterMetadata['mizzen.io']?.path
  return path === undefined ? '-' : name || (/http\[\d+\]/.exec(path)?.[0] ?? '')
}

/** By the rule's hosts, whose routes are told. */
function told(objects: readonly Resource[], facts?: ProxyFacts): Record<string, readonly string[]> {
  const hosts = inbound(objects, facts) ?? []
  const labels = hosts.flatMap(({ domains, routes }) => domains.map((domain) => [domain, routes.map(labelOf)] as const))
  return Object.fromEntries(labels.filter(([, names]) => names.some((name) => name !== '-')))
}

const by = (match: object, more: object = {}) => ({ name: 'r', match: [match], route: TO_SHOP, ...more })
const LAST = { name: 'last', route: TO_SHOP }

describe('a route that a server can tell', () => {
  const A = { uri: { prefix: '/a' } }
  const USER = { headers: { 'x-user': { exact: 'me' } } }
  it.each<[string, readonly object[], readonly string[]]>([
    ['all', [LAST], ['last']],
    ['by path, whatever its case', [by({ ...A, ignoreUriCase: true }), LAST], ['r', 'last']],
    [
      'by method, authority, header and query',
      [by({ method: { exact: 'GET' }, authority: { exact: 'a' }, queryParams: { q: { exact: '1' } }, ...USER }), LAST],
      ['r', 'last'],
    ],
    ['without a name, by its place', [{ match: [A, USER], route: TO_SHOP }, LAST], ['http[0]', 'http[0]', 'last']],
    ['with the name of its match', [by({ ...A, name: 'm' }), LAST], ['r.m', 'last']],
    ['after what leads elsewhere', [by(A, { route: [{ destination: { host: 'cart' } }] }), LAST], ['-', 'last']],
    ['after a redirect', [{ match: [A], redirect: { uri: '/b' } }, LAST], ['-', 'last']],
    ['until one that takes everything', [{ name: 'all', route: TO_SHOP }, LAST], ['all']],
    ['none that depends on the gateway', [by({ ...A, gateways: ['gateway'] }), LAST], []],
    ['none that depends on the port', [by({ ...A, port: 80 }), LAST], []],
    ['none that depends on the client', [by({ sourceLabels: { app: 'a' } }), LAST], []],
    ['none that depends on its namespace', [by({ sourceNamespace: 'a' }), LAST], []],
    ['none that depends on the scheme', [by({ scheme: { exact: 'https' } }), LAST], []],
    [
      'none that depends on what proxies write',
      [by({ headers: { 'X-Forwarded-Proto': { exact: 'https' } } }), LAST],
      [],
    ],
    ['none by path after a rewrite of it', [by(USER), by(A, { rewrite: { uri: '/b' } }), LAST], ['r', '-']],
    ['others in spite of one', [by(USER, { rewrite: { uri: '/b' } }), LAST], ['r', 'last']],
    ['none by a header that is written', [by(USER, { headers: { request: { set: { 'X-User': 'a' } } } }), LAST], []],
    [
      'none by one that a destination removes',
      [by(USER), { ...LAST, route: [{ ...TO_SHOP[0], headers: { request: { remove: ['x-user'] } } }] }],
      [],
    ],
    [
      'in spite of headers of responses',
      [by(USER, { headers: { response: { set: { 'x-user': 'a' } } } }), LAST],
      ['r', 'last'],
    ],
    [
      'in spite of what is rewritten elsewhere',
      [by(A, { route: [{ destination: { host: 'cart' } }], rewrite: { uri: '/b' } }), LAST],
      ['-', 'last'],
    ],
  ])('%s', (_, http, names) => {
    expect(told([rule(http), canary()])['*'] ?? []).toEqual(names)
  })

  it('leads where all others do, in the same way', () => {
    const http = [
      by({ uri: { prefix: '/a' } }, { timeout: '1s', retries: { attempts: 5 }, rewrite: { authority: 'x.test' } }),
      LAST,
    ]
    const hosts = inbound([rule(http), canary()]) ?? []
    const routes = new Set(hosts.flatMap((host) => host.routes.map(({ route }) => JSON.stringify(route))))
    expect([...routes]).toHaveLength(1)
  })
})

describe('the names by which requests come by one rule alone', () => {
  const names = (...objects: readonly Resource[]) => Object.keys(told([...objects, canary()])).sort()
  const OTHER = { hosts: ['a.example.com'], gateways: ['other'] }

  it('are those of a gateway’s rule, but for those of the mesh, and of the workload itself', () => {
    expect(names(rule([LAST]))).toEqual(['*'])
    const [others] = inbound([rule([LAST]), canary()]) ?? []
    expect(others?.domains).toEqual(expect.arrayContaining(['127.10.0.1', 'shop', 'shop.default.svc.cluster.local']))
    expect(others?.domains).not.toContain('*')
  })

  it('are every name of the service for a rule of the mesh', () => {
    expect(names(rule([LAST], { hosts: ['shop'], gateways: ['mesh'] }))).toEqual([
      'shop',
      'shop.default',
      'shop.default.svc',
      'shop.default.svc.cluster.local',
      'shop.default.svc.cluster.local.',
    ])
  })

  it('are none of a rule that some clients of the mesh do not see, or that gives way to services', () => {
    expect(names(rule([LAST], { hosts: ['shop'], gateways: ['mesh'], exportTo: ['.'] }))).toEqual([])
    expect(names(rule([LAST], { hosts: ['*.default.svc.cluster.local'], gateways: ['mesh'] }))).toEqual([])
  })

  it('are none that another rule to the same service has too', () => {
    const both = { hosts: ['a.example.com', 'b.example.com'] }
    expect(names(rule([LAST], both))).toEqual(both.hosts)
    expect(names(rule([LAST], both), rule([LAST], OTHER, 'second'))).toEqual(['b.example.com'])
    expect(names(rule([LAST], both), rule([LAST], { ...OTHER, hosts: ['*.com'] }, 'second'))).toEqual([])
    const elsewhere = [{ route: [{ destination: { host: 'cart' } }] }]
    expect(names(rule([LAST], both), rule(elsewhere, OTHER, 'second'))).toEqual(both.hosts)
  })

  it('leave out what is below a wildcard and somebody else’s', () => {
    const objects = [rule([LAST], { hosts: ['*.example.com'] }), rule([LAST], OTHER, 'second'), canary()]
    expect(Object.keys(told(objects))).toEqual(['*.example.com'])
    expect((inbound(objects) ?? [])[0]?.domains).toContain('a.example.com')
  })

  it('are none that a rewrite gives to requests of other names', () => {
    const rewriting = { ...LAST, rewrite: { authority: 'A.example.com:8080' } }
    expect(names(rule([rewriting], { hosts: ['a.example.com', 'b.example.com'] }))).toEqual(['b.example.com'])
  })

  it('are none of a server that has very many', () => {
    const hosts = Array.from({ length: 501 }, (_, index) => `h${index}.example.com`)
    expect(names(rule([LAST], { hosts: hosts.slice(0, 100) }))).toHaveLength(100)
    expect(names(rule([LAST], { hosts }))).toEqual([])
  })

  it('are none where connections are passed on unseen', () => {
    const tcp = object('VirtualService', 'second', {
      hosts: ['x'],
      gateways: ['gateway'],
      tcp: [{ route: [{ destination: { host: 'shop' } }] }],
    })
    expect(names(rule([LAST]), tcp)).toEqual([])
  })
})

describe('who is asked to tell routes apart', () => {
  it('is nobody without a Canary, or with one that does not judge by route or is of something else', () => {
    expect(inbound([rule([LAST])])).toBeUndefined()
    expect(inbound([rule([LAST]), canary({ analysis: { perRoute: false } })])).toBeUndefined()
    expect(inbound([rule([LAST]), canary({ canary: { subset: 'v4' }, stable: { subset: 'v3' } })])).toBeUndefined()
    expect(inbound([rule([LAST]), canary({}, 'unknown')])).toBeUndefined()
  })

  it('is the workload of a version that has no share yet', () => {
    const objects = [
      service('shop-canary', { app: 'shop-canary' }),
      rule([{ name: 'r', route: [{ destination: { host: 'shop' } }] }]),
      canary({ stable: { host: 'shop' }, canary: { host: 'shop-canary' } }),
    ]
    expect(told(objects)['*']).toEqual(['r'])
    expect(told(objects, { ...SHOP, labels: { app: 'shop-canary' } })['*']).toEqual(['r'])
  })

  it('is a sidecar that intercepts as well', () => {
    expect(told([rule([LAST]), canary()], { ...SHOP, metadata: { INTERCEPTION_MODE: 'REDIRECT' } })['*']).toEqual([
      'last',
    ])
  })

  it('is no port of a Sidecar that ends TLS itself, and none that is not HTTP', () => {
    const port = (protocol: string, tls?: object) =>
      object('Sidecar', 'own', {
        workloadSelector: { labels: { app: 'shop' } },
        ingress: [{ port: { number: 8080, protocol, name: 'p' }, ...(tls && { tls }) }],
      })
    expect(told([rule([LAST]), canary(), port('HTTP')])['*']).toEqual(['last'])
    expect(inbound([rule([LAST]), canary(), port('TCP')])).toBeUndefined()
    const tls = { mode: 'SIMPLE', privateKey: '/k', serverCertificate: '/c' }
    expect(inbound([rule([LAST]), canary(), port('HTTPS', tls)])).toBeUndefined()
  })
})

describe('in the course of a rollout', () => {
  const split = (weight: number) => [
    { destination: { host: 'shop', subset: 'v1' }, weight: 100 - weight },
    ...(weight === 0 ? [] : [{ destination: { host: 'shop', subset: 'v2' }, weight }]),
  ]

  it('a weight touches nothing on servers, another route their routes alone, and the end gives the listener back', async () => {
    const all = [service('shop', { app: 'shop' }), subsets(['v1', 'v2']), rule([{ route: split(0) }])]
    const store = createMemoryStore(all)
    const view = createDiscovery({ store, logger: silentLogger }).views.viewFor(SIDECAR_NODE)
    const versions = () =>
      [LISTENER_TYPE, ROUTE_TYPE]
        .flatMap((type) => [...view.list(type)])
        .filter(({ name }) => name === NAME || name.endsWith('_8080'))
        .map(({ name, version }) => `${name} ${version}`)
    const [plain] = versions()
    await store.apply(canary())
    const [listener, routes] = versions()
    expect(listener).not.toBe(plain)
    for (const weight of [10, 50, 100]) {
      await store.apply(rule([{ route: split(weight) }]))
      expect(versions()).toEqual([listener, routes])
    }
    await store.apply(rule([by({ uri: { prefix: '/a' } }), { route: split(100) }]))
    expect(versions()[0]).toBe(listener)
    expect(versions()[1]).not.toBe(routes)
    await store.remove('Canary', 'default', 'shop')
    expect(versions()).toEqual([plain])
  })
})
