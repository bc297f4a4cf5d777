import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'
import { ROUTE_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, split, subsets } from './mesh-objects.ts'

const KEY = 'VirtualService/default/shop'

function setUp() {
  const store = createMemoryStore(canary({ v1: 100 }))
  const discovery = createDiscovery({ store, logger: silentLogger })
  const view = discovery.views.viewFor(GATEWAY_NODE)
  const clusters = () => view.get(ROUTE_TYPE, 'http.80')?.refs.map(({ name }) => name.split('|')[2])
  return { store, discovery, clusters }
}

describe('a VirtualService that names a subset which does not exist', () => {
  it('keeps its last good routes until it exists, and says what it waits for', async () => {
    const { store, discovery, clusters } = setUp()
    await store.apply(split({ v1: 50, v3: 50 }))
    expect(clusters()).toEqual(['v1'])
    expect(discovery.waitsFor(KEY)).toBe('subset v3 of shop.default.svc.cluster.local')
    await store.apply(subsets(['v1', 'v2', 'v3']))
    expect(clusters()).toEqual(['v1', 'v3'])
    expect(discovery.waitsFor(KEY)).toBeUndefined()
  })

  it('goes on as it is when the subset goes away', async () => {
    const { store, discovery, clusters } = setUp()
    await store.apply(subsets(['v2']))
    expect(clusters()).toEqual(['v1'])
    expect(discovery.waitsFor(KEY)).toBeUndefined()
  })

  it('counts as it is where there was none before', async () => {
    const { store, clusters, discovery } = setUp()
    await store.remove('VirtualService', 'default', 'shop')
    await store.apply(split({ v9: 1 }))
    expect(clusters()).toEqual(['v9'])
    expect(discovery.waitsFor(KEY)).toBeUndefined()
    await store.apply(split({ v8: 1 }))
    expect(clusters()).toEqual(['v8'])
  })

  it('is in force again when it is taken back', async () => {
    const { store, discovery, clusters } = setUp()
    await store.apply(split({ v3: 1 }))
    await store.apply(split({ v2: 1 }))
    expect(clusters()).toEqual(['v2'])
    expect(discovery.waitsFor(KEY)).toBeUndefined()
  })
})
