import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import type { ResourceView, ViewChanges, XdsResource } from '@mizzen/xds'
import { afterEach, describe, expect, it } from 'vitest'
import { createDiscovery, type Discovery } from '../src/index.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, gateway, node, SIDECAR_NODE, service, slice, split, subsets } from './mesh-objects.ts'

const TYPES = [CLUSTER_TYPE, ENDPOINT_TYPE, ROUTE_TYPE, LISTENER_TYPE]
const ends: Discovery[] = []
afterEach(() => {
  for (const discovery of ends.splice(0)) discovery.close()
})

function setUp(objects = canary()) {
  const store = createMemoryStore(objects)
  const discovery = createDiscovery({ store, logger: silentLogger })
  ends.push(discovery)
  return { store, discovery }
}

function contents(view: ResourceView): Map<string, XdsResource> {
  return new Map(TYPES.flatMap((type) => [...view.list(type)].map((one) => [`${type} ${one.name}`, one] as const)))
}

/** The changes of a view as `type: names`, one entry for each time that it told. */
function recorded(view: ResourceView): string[][] {
  const record: string[][] = []
  view.subscribe((changes: ViewChanges) =>
    record.push(
      [...changes].map(([type, names]) => `${type.split('.').at(-1)}: ${[...names].sort().join(' ')}`).sort(),
    ),
  )
  return record
}

function differing(before: ReadonlyMap<string, XdsResource>, after: ReadonlyMap<string, XdsResource>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort()
}

const V1 = 'outbound|80|v1|shop.default.svc.cluster.local'
const ALL = 'outbound|80||shop.default.svc.cluster.local'

describe('views', () => {
  it('give a gateway its listener, routes, clusters and endpoints', () => {
    const view = setUp().discovery.views.viewFor(GATEWAY_NODE)
    expect([...view.list(LISTENER_TYPE)].map(({ name }) => name)).toEqual(['0.0.0.0_80'])
    expect(view.get(ROUTE_TYPE, 'http.80')?.refs.map(({ name }) => name)).toContain(V1)
    expect(view.get(CLUSTER_TYPE, V1)?.refs).toEqual([{ typeUrl: ENDPOINT_TYPE, name: V1 }])
    expect(view.get(ENDPOINT_TYPE, V1)?.origins).toEqual(['DestinationRule/default/shop', 'Service/default/shop'])
    expect(view.get(CLUSTER_TYPE, 'nobody')).toBeUndefined()
  })

  it('encode one route configuration for a change of weight', async () => {
    const { store, discovery } = setUp()
    const view = discovery.views.viewFor(GATEWAY_NODE)
    const [before, record] = [contents(view), recorded(view)]
    await store.apply(split({ v1: 50, v2: 50 }))
    expect(record).toEqual([['RouteConfiguration: http.80']])
    expect(differing(before, contents(view))).toEqual([`${ROUTE_TYPE} http.80`])
    expect(view.revision).toBe(store.revision)
  })

  it('encode only the load assignments of the clusters that an endpoint is in', async () => {
    const { store, discovery } = setUp()
    const view = discovery.views.viewFor(GATEWAY_NODE)
    const [before, record] = [contents(view), recorded(view)]
    await store.apply(slice('shop', { '127.10.0.3': 'shop-v1', '127.10.0.2': 'shop-v2' }))
    expect(record).toEqual([[`ClusterLoadAssignment: ${V1} ${ALL}`]])
    expect(differing(before, contents(view))).toEqual([`${ENDPOINT_TYPE} ${V1}`, `${ENDPOINT_TYPE} ${ALL}`].sort())
  })

  it('move their revision, and say so, where nothing else changed', async () => {
    const { store, discovery } = setUp()
    const view = discovery.views.viewFor(GATEWAY_NODE)
    const record = recorded(view)
    await store.apply({ ...gateway('other'), spec: { ...(gateway().spec as object), selector: { istio: 'nobody' } } })
    expect(record).toEqual([[]])
    expect(view.revision).toBe(store.revision)
  })

  it('tell of a removed subset once, in all types together', async () => {
    const { store, discovery } = setUp()
    const view = discovery.views.viewFor(GATEWAY_NODE)
    const record = recorded(view)
    await store.apply(subsets(['v2']))
    expect(record).toHaveLength(1)
    expect(record[0]).toContainEqual(expect.stringContaining(`Cluster: ${V1}`))
    expect(view.get(CLUSTER_TYPE, V1)).toBeUndefined()
    expect(view.get(ENDPOINT_TYPE, V1)).toBeUndefined()
  })

  it('are the same for proxies of the same specification, and share resources with others', () => {
    const { discovery } = setUp()
    const gatewayView = discovery.views.viewFor(GATEWAY_NODE)
    const replica = node('router~127.10.0.10~gw-2.istio-system~istio-system.svc.cluster.local', GATEWAY_NODE.metadata)
    const replicaView = discovery.views.viewFor(replica)
    const sidecarView = discovery.views.viewFor(SIDECAR_NODE)
    expect(discovery.views.viewFor(GATEWAY_NODE)).toBe(gatewayView)
    expect(replicaView.get(ROUTE_TYPE, 'http.80')).toBe(gatewayView.get(ROUTE_TYPE, 'http.80'))
    expect(replicaView.get(LISTENER_TYPE, '0.0.0.0_80')).toBe(gatewayView.get(LISTENER_TYPE, '0.0.0.0_80'))
    expect(sidecarView.get(CLUSTER_TYPE, ALL)).toBe(gatewayView.get(CLUSTER_TYPE, ALL))
  })

  it('give a sidecar its inbound listener and its HTTP proxy', () => {
    const view = setUp().discovery.views.viewFor(SIDECAR_NODE)
    expect([...view.list(LISTENER_TYPE)].map(({ name }) => name)).toEqual(['127.10.0.1_15080', '127.10.0.1_8080'])
    expect(view.get(CLUSTER_TYPE, 'inbound|8080||')).toBeDefined()
    expect(view.get(CLUSTER_TYPE, 'PassthroughCluster')).toBeDefined()
    expect(view.get(ROUTE_TYPE, 'http_proxy')).toBeDefined()
  })

  it('keep one namespace from seeing what another does not export', () => {
    const hidden = service('hidden', { app: 'hidden' })
    const annotated = {
      ...hidden,
      metadata: { ...hidden.metadata, annotations: { 'networking.istio.io/exportTo': '.' } },
    }
    const { discovery } = setUp([...canary(), annotated])
    const name = 'outbound|80||hidden.default.svc.cluster.local'
    expect(discovery.views.viewFor(SIDECAR_NODE).get(CLUSTER_TYPE, name)).toBeDefined()
    expect(discovery.views.viewFor(GATEWAY_NODE).get(CLUSTER_TYPE, name)).toBeUndefined()
  })

  it('leave nothing behind when the last proxy goes', () => {
    const { discovery } = setUp()
    const idle = JSON.stringify(discovery.collections())
    discovery.views.viewFor(GATEWAY_NODE)
    discovery.views.viewFor(GATEWAY_NODE)
    discovery.views.release(GATEWAY_NODE)
    expect(JSON.stringify(discovery.collections())).not.toBe(idle)
    discovery.views.release(GATEWAY_NODE)
    expect(JSON.stringify(discovery.collections())).toBe(idle)
    expect(() => discovery.views.release(GATEWAY_NODE)).not.toThrow()
  })

  it.each(['', 'sidecar~1.2.3.4~a.b', 'waypoint~1.2.3.4~a.b~b.svc.cluster.local', 'a~b~c~d~e'])(
    'refuse node id "%s"',
    (id) => {
      expect(() => setUp().discovery.views.viewFor(node(id))).toThrow(expect.objectContaining({ code: 'invalid-node' }))
    },
  )
})

describe('affected proxies', () => {
  it('say whom a Sidecar concerns, and a WorkloadEntry', async () => {
    const object = (kind: string, spec: unknown) =>
      normalise({ apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'one' }, spec } as Resource)
    const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }]
    const vm = { hosts: ['vm.example.com'], ports, workloadSelector: { labels: { app: 'vm' } }, resolution: 'STATIC' }
    const objects = [
      ...canary(),
      object('Sidecar', { workloadSelector: { labels: { app: 'shop' } }, egress: [{ hosts: ['./*'] }] }),
      object('ServiceEntry', vm),
      object('WorkloadEntry', { address: '10.0.0.1', labels: { app: 'vm' } }),
    ]
    const { store, discovery } = setUp(objects)
    const other = node('sidecar~127.10.0.3~x.default~default.svc.cluster.local', { LABELS: { app: 'x' } })
    for (const one of [SIDECAR_NODE, other]) discovery.views.viewFor(one)
    expect(discovery.affectedProxies('Sidecar/default/one')).toEqual([SIDECAR_NODE.id])
    expect(discovery.affectedProxies('WorkloadEntry/default/one')).toEqual([SIDECAR_NODE.id, other.id])
    await store.remove('Sidecar', 'default', 'one')
    expect(discovery.affectedProxies('Sidecar/default/one')).toEqual([])
    expect(discovery.affectedProxies('WorkloadEntry/default/one')).toEqual([SIDECAR_NODE.id, other.id])
  })

  it('are those that something in their configuration is made from', async () => {
    const { store, discovery } = setUp()
    discovery.views.viewFor(GATEWAY_NODE)
    discovery.views.viewFor(SIDECAR_NODE)
    expect(discovery.affectedProxies('VirtualService/default/shop')).toEqual([GATEWAY_NODE.id])
    expect(discovery.affectedProxies('Gateway/default/gateway')).toEqual([GATEWAY_NODE.id])
    expect(discovery.affectedProxies('Service/default/shop')).toEqual([GATEWAY_NODE.id, SIDECAR_NODE.id])
    expect(discovery.affectedProxies('VirtualService/default/nobody')).toEqual([])
    await store.remove('Gateway', 'default', 'gateway')
    expect(discovery.affectedProxies('VirtualService/default/shop')).toEqual([])
  })
})

describe('notices', () => {
  it('come and go with what they are about', async () => {
    const { store, discovery } = setUp([])
    const heard: string[][] = []
    discovery.onNotices((notices) => heard.push(notices.map(({ code, path }) => `${code} ${path}`)))
    const server = { port: { number: 443, name: 'tls', protocol: 'TLS' }, hosts: ['*'], tls: { mode: 'ISTIO_MUTUAL' } }
    await store.apply({ ...gateway(), spec: { servers: [server] } })
    expect(discovery.notices()[0]).toMatchObject({ kind: 'Gateway', namespace: 'default', name: 'gateway' })
    await store.apply(gateway())
    expect(heard).toEqual([['not-supported-yet spec.servers[0].tls.mode'], []])
  })

  it('tell of a Secret that a gateway cannot use, and nothing of what is in it', async () => {
    const port = { number: 443, name: 'https', protocol: 'HTTPS' }
    const tls = { mode: 'SIMPLE', credentialName: 'shop' }
    const servers = [{ port, hosts: ['*'], tls }]
    const spec = { selector: { istio: 'ingressgateway' }, servers }
    const { store, discovery } = setUp([{ ...gateway(), spec }])
    discovery.views.viewFor(GATEWAY_NODE)
    const metadata = { name: 'shop', namespace: 'istio-system' }
    const stringData = { 'tls.crt': 'nonsense', 'tls.key': 'very-private' }
    await store.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData } as unknown as Resource)
    expect(discovery.notices()).toMatchObject([{ kind: 'Secret', name: 'shop', code: 'bad-form' }])
    const shown = JSON.stringify([discovery.notices(), discovery.collections()])
    expect(shown).toContain('Secret/istio-system/shop')
    expect(shown).not.toMatch(/very-private|dmVyeS1wcml2YXRl/)
  })

  it('tell what is not done yet', () => {
    const port = { number: 443, name: 'https', protocol: 'HTTPS' }
    const tls = { servers: [{ port, hosts: ['*'], tls: { mode: 'ISTIO_MUTUAL' } }] }
    const { discovery } = setUp([{ ...gateway(), spec: tls }])
    const told = discovery.notices().map(({ code, path }) => `${code} ${path}`)
    expect(told).toEqual(['not-supported-yet spec.servers[0].tls.mode'])
  })
})
