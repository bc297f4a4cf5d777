import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { expect, it } from 'vitest'
import { createDiscovery } from '../src/index.ts'

it('says that nothing is behind when the store moved on by what concerns no proxy', async () => {
  const store = createMemoryStore()
  const discovery = createDiscovery({ store, logger: silentLogger })
  await store.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', namespace: 'default' },
    spec: { ports: [{ name: 'http', port: 80 }] },
  })
  expect(discovery.revision).toBe(store.revision)
  store.updateStatus('Service', 'default', 'a', { conditions: [] })
  expect(discovery.revision).toBeLessThan(store.revision)
  expect(discovery.settledRevision).toBe(store.revision)
  discovery.close()
})
