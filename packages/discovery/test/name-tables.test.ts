import { fromBinary } from '@bufbuild/protobuf'
import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { NAME_TABLE_TYPE, type ResourceView, wholeBody } from '@mizzen/xds'
import { NameTableSchema } from '@mizzen/xds/gen/istio/networking/nds/v1/name_table_pb.js'
import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'
import { node, SIDECAR_NODE } from './mesh-objects.ts'

const NODE = node('sidecar~10.1.1.1~app.default~default.svc.cluster.local', { DNS_CAPTURE: 'true' })

function service(name: string, clusterIP: string): Resource {
  const spec = { clusterIP, ports: [{ name: 'http', port: 80 }], selector: { app: name } }
  return normalise({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } as Resource)
}

function slice(name: string, endpoints: readonly object[]): Resource {
  return normalise({
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    ports: [{ name: 'http', port: 80 }],
    endpoints,
  } as Resource)
}

function entry(name: string, hosts: readonly string[], addresses: readonly string[], status?: object): Resource {
  const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }]
  const spec = { hosts, addresses, ports, resolution: 'NONE' }
  const object = { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name }, spec }
  return normalise({ ...object, ...(status && { status }) } as Resource)
}

const DB = [
  { addresses: ['10.0.0.2'], conditions: { ready: true }, hostname: 'db-1' },
  { addresses: ['10.0.0.1'], conditions: { ready: true }, hostname: 'db-0' },
  { addresses: ['10.0.0.3'], conditions: { ready: false }, hostname: 'db-2' },
]

function setUp(...objects: readonly Resource[]) {
  const store = createMemoryStore(objects)
  const { views } = createDiscovery({ store, logger: silentLogger })
  return { store, views, view: views.viewFor(NODE) }
}

/** Host, addresses, registry, short name and namespace of each entry. */
function names(view: ResourceView): readonly string[] {
  const [resource, ...others] = view.list(NAME_TABLE_TYPE)
  expect(others).toEqual([])
  const { table } = fromBinary(NameTableSchema, wholeBody(resource?.body ?? []))
  return Object.entries(table).map(([host, { ips, registry, shortname, namespace }]) =>
    [host, ips.join(','), registry, shortname, namespace].join(' ').trim(),
  )
}

describe('the table of names', () => {
  it('has services, headless ones with their Pods, and entries with addresses', () => {
    const allocated = { addresses: [{ value: '240.240.0.1', host: 'auto.test' }] }
    const { view } = setUp(
      service('shop', '10.96.0.1'),
      service('db', 'None'),
      slice('db', DB),
      entry('fixed', ['fixed.test'], ['192.0.2.1', '198.51.100.0/24']),
      entry('auto', ['auto.test', 'none.test'], [], allocated),
    )
    expect(names(view)).toEqual([
      'auto.test 240.240.0.1 External',
      'db-0.db.default.svc.cluster.local 10.0.0.1 Kubernetes db-0.db default',
      'db-1.db.default.svc.cluster.local 10.0.0.2 Kubernetes db-1.db default',
      'db.default.svc.cluster.local 10.0.0.1,10.0.0.2 Kubernetes db default',
      'fixed.test 192.0.2.1 External',
      'shop.default.svc.cluster.local 10.96.0.1 Kubernetes shop default',
    ])
  })

  it('follows endpoints of headless services, and nothing else of endpoints', async () => {
    const { view, store } = setUp(service('shop', '10.96.0.1'), service('db', 'None'), slice('db', DB))
    const [before] = view.list(NAME_TABLE_TYPE)
    await store.apply(slice('shop', DB))
    expect([...view.list(NAME_TABLE_TYPE)]).toEqual([before])
    await store.apply(slice('db', DB.slice(0, 1)))
    expect(names(view)[0]).toBe('db-1.db.default.svc.cluster.local 10.0.0.2 Kubernetes db-1.db default')
  })

  it('is for those who answer DNS queries, and holds what they see', () => {
    const only = { hosts: ['./shop.default.svc.cluster.local'] }
    const sidecar = { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default' } }
    const { view, views } = setUp(
      service('shop', '10.96.0.1'),
      service('cart', '10.96.0.2'),
      normalise({ ...sidecar, spec: { egress: [only] } } as Resource),
    )
    expect(names(view)).toEqual(['shop.default.svc.cluster.local 10.96.0.1 Kubernetes shop default'])
    expect([...views.viewFor(SIDECAR_NODE).list(NAME_TABLE_TYPE)]).toEqual([])
  })
})
