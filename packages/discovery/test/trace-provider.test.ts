import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import type { ResourceView } from '@mizzen/xds'
import { afterEach, expect, it } from 'vitest'
import { createDiscovery, type Discovery } from '../src/index.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, SIDECAR_NODE, service, slice } from './mesh-objects.ts'

const CLUSTER = 'outbound|80||collector.default.svc.cluster.local'
const MESH = `
extensionProviders:
- name: collector
  opentelemetry: {service: collector.default.svc.cluster.local, port: 80}
defaultProviders: {tracing: [collector]}
`
const SETTINGS = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' } },
  data: { mesh: MESH },
} as unknown as Resource
/** What its clients may call: nothing. */
const SIDECAR = normalise({
  ...{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default' } },
  spec: { egress: [{ hosts: ['~/*'] }] },
} as Resource)

const ends: Discovery[] = []
afterEach(() => {
  for (const discovery of ends.splice(0)) discovery.close()
})

const tracers = (view: ResourceView) =>
  [...view.list(LISTENER_TYPE)].filter(({ refs }) => refs.some(({ name }) => name === CLUSTER)).length
const times = (view: ResourceView) => [...view.list(CLUSTER_TYPE)].filter(({ name }) => name === CLUSTER).length
const has = (view: ResourceView) => [CLUSTER_TYPE, ENDPOINT_TYPE].map((type) => view.get(type, CLUSTER) !== undefined)

it('is in every proxy while it is there, and its listeners name it no longer than that', async () => {
  const store = createMemoryStore([...canary(), SIDECAR, SETTINGS])
  const discovery = createDiscovery({ store, logger: silentLogger })
  ends.push(discovery)
  const views = [GATEWAY_NODE, SIDECAR_NODE].map((node) => discovery.views.viewFor(node))
  expect(views.map(tracers)).toEqual([0, 0])
  expect(discovery.notices()).toMatchObject([{ kind: 'ConfigMap', name: 'istio', code: 'no-effect' }])
  await store.apply(service('collector', { app: 'collector' }))
  await store.apply(slice('collector', { '127.10.0.9': 'collector-1' }))
  expect(views.map(has)).toEqual([
    [true, true],
    [true, true],
  ])
  // The gateway sees the service anyway.
  expect(views.map(times)).toEqual([1, 1])
  expect(views.every((view) => tracers(view) > 0)).toBe(true)
  expect(discovery.notices()).toEqual([])
  await store.remove('Service', 'default', 'collector')
  expect(views.map(tracers)).toEqual([0, 0])
  expect(views.map(has)).toEqual([
    [false, false],
    [false, false],
  ])
})
