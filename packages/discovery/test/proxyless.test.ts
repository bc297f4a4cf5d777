import { fromBinary } from '@bufbuild/protobuf'
import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { wholeBody } from '@mizzen/xds'
import { ClusterSchema, Cluster_LbPolicy as LbPolicy } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '../src/translate/resource.ts'
import { canary, node, SIDECAR_NODE, subsets } from './mesh-objects.ts'

const ROUTES = 'outbound|80||shop.default.svc.cluster.local'
const V1 = 'outbound|80|v1|shop.default.svc.cluster.local'
const GRPC_NODE = node('sidecar~127.10.0.1~shop-v1.default~default.svc.cluster.local', {
  GENERATOR: 'grpc',
  LABELS: { app: 'shop', version: 'v1' },
})

function meshRule(subset: string): Resource {
  const spec = { hosts: ['shop'], http: [{ route: [{ destination: { host: 'shop', subset } }] }] }
  return normalise({
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'mesh' }, spec },
  })
}

function setUp() {
  const store = createMemoryStore([...canary(), meshRule('v1')])
  const discovery = createDiscovery({ store, logger: silentLogger })
  return { store, discovery, view: discovery.views.viewFor(GRPC_NODE) }
}

describe('a gRPC library without a proxy', () => {
  it('has a listener for each name of a service, and for the ports that it serves', () => {
    const { view } = setUp()
    const names = [...view.list(LISTENER_TYPE)].map(({ name }) => name)
    for (const host of ['shop', 'shop.default', 'shop.default.svc', 'shop.default.svc.cluster.local'])
      expect(names).toContain(`${host}:80`)
    expect(names.filter((name) => name.includes('inbound'))).toEqual([
      'xds.istio.io/grpc/lds/inbound/0.0.0.0:8080',
      'xds.istio.io/grpc/lds/inbound/[::]:8080',
    ])
    const listener = fromBinary(ListenerSchema, wholeBody(view.get(LISTENER_TYPE, 'shop:80')?.body ?? []))
    expect(listener.apiListener?.apiListener?.typeUrl).toMatch(/HttpConnectionManager$/)
    expect(view.get(LISTENER_TYPE, 'shop:80')?.refs).toEqual([{ typeUrl: ROUTE_TYPE, name: ROUTES }])
  })

  it('has routes by service, and clusters of its own over the endpoints of all', () => {
    const { view, discovery } = setUp()
    expect(view.get(ROUTE_TYPE, ROUTES)?.refs).toEqual([{ typeUrl: CLUSTER_TYPE, name: V1 }])
    const cluster = fromBinary(ClusterSchema, wholeBody(view.get(CLUSTER_TYPE, V1)?.body ?? []))
    expect(cluster.lbPolicy).toBe(LbPolicy.ROUND_ROBIN)
    const sidecar = discovery.views.viewFor(SIDECAR_NODE)
    expect(view.get(ENDPOINT_TYPE, V1)).toBe(sidecar.get(ENDPOINT_TYPE, V1))
    expect(sidecar.get(CLUSTER_TYPE, V1)).not.toBe(view.get(CLUSTER_TYPE, V1))
    expect(sidecar.get(ROUTE_TYPE, ROUTES)).toBeUndefined()
  })

  it('is told of the routes of the service that changed, and of subsets that come and go', async () => {
    const { view, store, discovery } = setUp()
    const told: string[] = []
    view.subscribe((changes) => told.push(...[...changes.values()].flatMap((names) => [...names])))
    await store.apply(meshRule('v2'))
    expect(told).toEqual([ROUTES])
    expect(discovery.affectedProxies('VirtualService/default/mesh')).toEqual([GRPC_NODE.id])
    await store.apply(subsets(['v2']))
    expect(view.get(CLUSTER_TYPE, V1)).toBeUndefined()
  })
})
