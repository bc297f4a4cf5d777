import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'
import { CLUSTER_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, SIDECAR_NODE } from './mesh-objects.ts'

function setUp() {
  const discovery = createDiscovery({ store: createMemoryStore(canary()), logger: silentLogger })
  const made = () => Object.keys(discovery.collections().clusters ?? {}).length
  const shown = (node: typeof SIDECAR_NODE) => {
    const view = discovery.views.viewFor(node)
    return [CLUSTER_TYPE, LISTENER_TYPE, ROUTE_TYPE].map((type) => [...view.list(type)].map(({ version }) => version))
  }
  return { discovery, made, shown }
}

it('translates what sidecars share before the first one comes', () => {
  const { discovery, made } = setUp()
  expect(made()).toBe(0)
  discovery.expectProxies()
  expect(made()).toBeGreaterThan(0)
  expect(discovery.affectedProxies('Service/default/shop')).toEqual([])
  discovery.close()
})

it('gives proxies the same with and without it', () => {
  const [expecting, plain] = [setUp(), setUp()]
  expecting.discovery.expectProxies()
  for (const node of [SIDECAR_NODE, GATEWAY_NODE]) expect(expecting.shown(node)).toEqual(plain.shown(node))
})

it('keeps nothing of it that the first proxy does not have', () => {
  const { discovery, made, shown } = setUp()
  discovery.expectProxies()
  const { proxies = {} } = discovery.collections()
  expect(Object.keys(proxies)).toHaveLength(1)
  shown(GATEWAY_NODE)
  expect(Object.keys(discovery.collections().proxies ?? {})).toHaveLength(1)
  expect(made()).toBeGreaterThan(0)
  discovery.expectProxies()
  expect(Object.keys(discovery.collections().proxies ?? {})).toHaveLength(1)
})
