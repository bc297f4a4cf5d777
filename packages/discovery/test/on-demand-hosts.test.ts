import { fromBinary } from '@bufbuild/protobuf'
import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { CLUSTER_TYPE, type ResourceView, ROUTE_TYPE, VIRTUAL_HOST_TYPE, wholeBody } from '@mizzen/xds'
import { VirtualHostSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'
import { canary, node, SIDECAR_NODE, service } from './mesh-objects.ts'

const NODE = node('sidecar~127.10.0.1~shop-v1.default~default.svc.cluster.local', {
  LABELS: { app: 'shop', version: 'v1' },
  MIZZEN_ON_DEMAND_HOSTS: 'true',
})
const SHOP = 'outbound|80||shop.default.svc.cluster.local'

function istio(kind: string, name: string, spec: object): Resource {
  return normalise({ apiVersion: 'networking.istio.io/v1', kind, metadata: { name }, spec } as Resource)
}

function meshRule(subset: string): Resource {
  return istio('VirtualService', 'mesh', {
    ...{ hosts: ['shop'], http: [{ route: [{ destination: { host: 'shop', subset } }] }] },
  })
}

function external(hosts: readonly string[]): Resource {
  const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }]
  return istio('ServiceEntry', 'external', { hosts, ports, resolution: 'NONE', location: 'MESH_EXTERNAL' })
}

function setUp(...objects: readonly Resource[]) {
  const store = createMemoryStore([...canary(), service('cart', { app: 'cart' }, 'other'), ...objects])
  const discovery = createDiscovery({ store, logger: silentLogger })
  return { store, discovery, view: discovery.views.viewFor(NODE) }
}

/** The clusters of the virtual host for a host; undefined if there is none. */
function clustersFor(view: ResourceView, host: string): readonly string[] | undefined {
  const found = view.get(VIRTUAL_HOST_TYPE, `http_proxy/${host}`)
  if (found === undefined) return undefined
  const { name, domains, routes } = fromBinary(VirtualHostSchema, wholeBody(found.body))
  expect([name, domains]).toEqual([`http_proxy/${host}`, [host]])
  expect(found.name).toBe(name)
  expect(routes.length).toBeGreaterThan(0)
  return found.refs.filter(({ typeUrl }) => typeUrl === CLUSTER_TYPE).map((ref) => ref.name)
}

describe('a sidecar that fetches virtual hosts on demand', () => {
  it('has a route configuration without virtual hosts, and one resource for each name of a service', () => {
    const { view } = setUp()
    const routes = fromBinary(RouteConfigurationSchema, wholeBody(view.get(ROUTE_TYPE, 'http_proxy')?.body ?? []))
    expect(routes.virtualHosts).toEqual([])
    expect(routes.vhds?.configSource?.configSourceSpecifier.case).toBe('ads')
    for (const host of ['shop', 'shop:80', 'shop.default', 'shop.default.svc.cluster.local:80'])
      expect(clustersFor(view, host)).toEqual([SHOP])
    expect(clustersFor(view, 'cart.other')).toEqual(['outbound|80||cart.other.svc.cluster.local'])
    expect(clustersFor(view, 'cart')).toEqual(['PassthroughCluster'])
  })

  it('has the same clusters for each host as one that has them all', () => {
    const { view, discovery } = setUp(meshRule('v1'), external(['*.example.com', 'api.example.com']))
    const all = discovery.views.viewFor(SIDECAR_NODE).get(ROUTE_TYPE, 'http_proxy')
    const { virtualHosts } = fromBinary(RouteConfigurationSchema, wholeBody(all?.body ?? []))
    const domains = virtualHosts.flatMap((host) => host.domains.map((domain) => ({ host, domain })))
    expect(domains.length).toBeGreaterThan(10)
    for (const { host, domain } of domains) {
      const own = fromBinary(
        VirtualHostSchema,
        wholeBody(view.get(VIRTUAL_HOST_TYPE, `http_proxy/${domain}`)?.body ?? []),
      )
      expect(own.routes).toEqual(host.routes)
      expect(own.includeRequestAttemptCount).toBe(true)
    }
  })

  it('is answered by wildcards, the longest first, and for what nobody knows by the last one', () => {
    const { view } = setUp(external(['*.example.com', 'api.example.com']))
    expect(clustersFor(view, 'www.example.com')).toEqual(['outbound|80||*.example.com'])
    expect(clustersFor(view, 'a.b.example.com:80')).toEqual(['outbound|80||*.example.com'])
    expect(clustersFor(view, 'api.example.com')).toEqual(['outbound|80||api.example.com'])
    expect(clustersFor(view, 'example.com')).toEqual(['PassthroughCluster'])
    expect(view.get(VIRTUAL_HOST_TYPE, 'http_proxy')).toBeUndefined()
    const one = view.get(VIRTUAL_HOST_TYPE, 'http_proxy/www.example.com')
    expect(view.get(VIRTUAL_HOST_TYPE, 'http_proxy/www.example.com')).toBe(one)
  })

  it('blocks what the mesh does not know where a Sidecar wants that', () => {
    const spec = { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }
    const { view } = setUp(istio('Sidecar', 'default', spec))
    expect(clustersFor(view, 'www.example.com')).toEqual([])
  })

  it('is told only of the virtual hosts that a rule changes', async () => {
    const { view, store, discovery } = setUp(meshRule('v1'))
    const told: string[] = []
    view.subscribe((changes) => {
      for (const [typeUrl, names] of changes) if (typeUrl === VIRTUAL_HOST_TYPE) told.push(...names)
      expect(changes.has(ROUTE_TYPE)).toBe(false)
    })
    await store.apply(meshRule('v2'))
    expect(told.length).toBeGreaterThan(0)
    expect(told.every((name) => name.startsWith('http_proxy/shop'))).toBe(true)
    expect(clustersFor(view, 'shop')).toEqual(['outbound|80|v2|shop.default.svc.cluster.local'])
    expect(discovery.affectedProxies('VirtualService/default/mesh')).toEqual([NODE.id])
  })
})
