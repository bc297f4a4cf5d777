import { normalise, objectKey, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import type { ResourceView, XdsResource } from '@mizzen/xds'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configurationFor, createDiscovery, type Discovery, proxySpecOf } from '../src/index.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, gateway, pod, SIDECAR_NODE, service, slice, split, subsets } from './mesh-objects.ts'

const HTTP = [{ number: 80, name: 'http', protocol: 'HTTP' }]
const V1 = [{ name: 'v1', labels: { version: 'v1' } }]
const FOR_SHOP = [{ match: [{ sourceLabels: { app: 'shop' } }], route: [{ destination: { host: 'cart' } }] }]

function object(kind: string, name: string, spec: unknown): Resource {
  return normalise({
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec,
  } as Resource)
}

/** Objects to put in and take out, some of them as several states of one. */
const POOL: readonly Resource[] = [
  ...canary(),
  split({ v1: 1, v2: 99 }),
  split({ v2: 1 }, 'second'),
  subsets(['v2']),
  subsets(['v3'], 'more'),
  gateway('gateway', ['a.example.com']),
  slice('shop', { '127.10.0.2': 'shop-v2' }),
  slice('shop', { '127.10.0.3': 'shop-v3' }, 'shop-b'),
  pod('shop-v3', { app: 'shop', version: 'v3' }),
  pod('shop-v1', { app: 'shop', version: 'v2' }),
  service('ingress', { istio: 'ingressgateway' }, 'istio-system'),
  service('cart', { app: 'cart' }),
  service('cart', { app: 'cart' }, 'other'),
  object('Sidecar', 'own', { egress: [{ hosts: ['./shop.default.svc.cluster.local'] }] }),
  object('Sidecar', 'own', { workloadSelector: { labels: { app: 'shop' } }, egress: [{ hosts: ['other/*'] }] }),
  object('ServiceEntry', 'api', { hosts: ['cart', 'api.example.com'], ports: HTTP, resolution: 'DNS' }),
  object('ServiceEntry', 'api', {
    hosts: ['api.example.com'],
    ports: HTTP,
    workloadSelector: { labels: { app: 'shop' } },
  }),
  object('WorkloadEntry', 'vm', { address: '10.1.1.1', labels: { app: 'shop', version: 'v1' } }),
  object('VirtualService', 'mesh', {
    hosts: ['cart', 'unknown'],
    http: [{ route: [{ destination: { host: 'shop' } }] }],
  }),
  object('VirtualService', 'mesh', { hosts: ['*.example.com', 'cart.other.svc.cluster.local'], http: FOR_SHOP }),
  object('VirtualService', 'part', { http: [{ route: [{ destination: { host: 'shop', subset: 'v1' } }] }] }),
  object('VirtualService', 'whole', { hosts: ['cart'], http: [{ delegate: { name: 'part' } }] }),
  object('DestinationRule', 'chosen', {
    host: 'shop',
    workloadSelector: { matchLabels: { app: 'shop' } },
    subsets: V1,
  }),
]

const TLS_SERVER = { port: { number: 8443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'] }

/** What is more than HTTP in the clear. */
const MORE: readonly Resource[] = [
  object('Gateway', 'gateway', {
    selector: { istio: 'ingressgateway' },
    servers: [
      { port: { number: 9000, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] },
      { ...TLS_SERVER, tls: { mode: 'SIMPLE', credentialName: 'shop' } },
    ],
  }),
  object('VirtualService', 'tcp', {
    hosts: ['cart', 'tls.example.com'],
    gateways: ['gateway', 'mesh'],
    tcp: [{ route: [{ destination: { host: 'shop', subset: 'v1' } }] }],
  }),
  object('ServiceEntry', 'tls', {
    hosts: ['tls.example.com'],
    addresses: ['10.0.0.0/8'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
  }),
  object('VirtualService', 'tls', {
    hosts: ['tls.example.com'],
    tls: [{ match: [{ sniHosts: ['tls.example.com'] }], route: [{ destination: { host: 'shop' } }] }],
  }),
  normalise({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'alias' } },
    spec: { type: 'ExternalName', externalName: 'cart.default.svc.cluster.local' },
  } as Resource),
  ...[
    { stable: 'v1', canary: 'v2' },
    { stable: 'v2', canary: 'v3' },
  ].map(judgement),
  secret('roots only'),
  secret('more roots'),
]

/** Servers are to tell the routes of `second` apart. */
function judgement({ stable, canary }: { readonly stable: string; readonly canary: string }): Resource {
  const spec = { traffic: { virtualService: 'second' }, stable: { subset: stable }, canary: { subset: canary } }
  const metadata = { name: 'second', namespace: 'default' }
  return normalise({ apiVersion: 'mizzen.io/v1alpha1', kind: 'Canary', metadata, spec } as Resource)
}

function secret(text: string): Resource {
  const metadata = { name: 'shop', namespace: 'istio-system' }
  return normalise({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    stringData: { 'ca.crt': text },
  } as unknown as Resource)
}

const INTERCEPTING_NODE = {
  ...SIDECAR_NODE,
  id: 'sidecar~127.10.0.3~shop-v3.default~default.svc.cluster.local',
  metadata: { ...SIDECAR_NODE.metadata, INTERCEPTION_MODE: 'REDIRECT' },
}

const step = fc.record({ object: fc.constantFrom(...POOL, ...MORE), remove: fc.boolean() })

async function play(store: Store, { object, remove }: { readonly object: Resource; readonly remove: boolean }) {
  const { kind, metadata } = object
  if (remove) await store.remove(kind, metadata.namespace ?? '', metadata.name)
  else await store.apply(object)
}

function summary(resources: Iterable<XdsResource>): string[] {
  return [...resources].map(({ name, version, origins }) => `${name} ${version} ${origins.join(',')}`)
}

function listed(view: ResourceView): Record<string, string[]> {
  return {
    listeners: summary(view.list(LISTENER_TYPE)),
    routes: summary(view.list(ROUTE_TYPE)),
    clusters: summary(view.list(CLUSTER_TYPE)),
    endpoints: summary(view.list(ENDPOINT_TYPE)),
    secrets: summary(view.list(SECRET_TYPE)),
  }
}

function isHeldBack(store: Store, discovery: Discovery): boolean {
  return store.list('VirtualService').some((one) => discovery.waitsFor(objectKey(one)) !== undefined)
}

describe('any history of a store', () => {
  it('gives each proxy what its last state gives when translated from nothing', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = createMemoryStore()
        const discovery = createDiscovery({ store, logger: silentLogger })
        const nodes = [GATEWAY_NODE, SIDECAR_NODE, INTERCEPTING_NODE]
        const views = nodes.map((node) => discovery.views.viewFor(node))
        for (const one of steps) await play(store, one)
        // What is held back depends on what was there before, and nothing else does.
        fc.pre(!isHeldBack(store, discovery))
        const kinds = [...new Set([...POOL, ...MORE].map(({ kind }) => kind))]
        const objects = kinds.flatMap((kind) => store.list(kind) as readonly Resource[])
        expect(new Set(objects.map(objectKey)).size).toBe(objects.length)
        for (const [index, node] of nodes.entries()) {
          const fresh = configurationFor(objects, proxySpecOf(node))
          const expected = Object.fromEntries(Object.entries(fresh).map(([type, list]) => [type, summary(list)]))
          expect(listed(views[index] as ResourceView)).toEqual(expected)
        }
        discovery.close()
      }),
      { numRuns: 60 },
    )
  })

  it('counts up whenever other proxies use an object', { timeout: 90_000 }, async () => {
    const keys = [...new Set([...POOL, ...MORE].map(objectKey))]
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = createMemoryStore()
        const discovery = createDiscovery({ store, logger: silentLogger })
        const used = () => keys.map((key) => discovery.affectedProxies(key).join())
        for (const node of [GATEWAY_NODE, SIDECAR_NODE, INTERCEPTING_NODE]) {
          const before = discovery.uses
          discovery.views.viewFor(node)
          expect(discovery.uses).toBeGreaterThan(before)
        }
        for (const one of steps) {
          const before = { uses: discovery.uses, used: used() }
          await play(store, one)
          if (discovery.uses === before.uses) expect(used()).toEqual(before.used)
        }
        discovery.close()
      }),
      { numRuns: 40 },
    )
  })
})
