import { objectKey, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import type { ResourceView, XdsResource } from '@mizzen/xds'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configurationFor, createDiscovery, proxySpecOf } from '../src/index.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '../src/translate/resource.ts'
import { canary, GATEWAY_NODE, gateway, pod, SIDECAR_NODE, service, slice, split, subsets } from './mesh-objects.ts'

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
]

const step = fc.record({ object: fc.constantFrom(...POOL), remove: fc.boolean() })

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
  }
}

describe('any history of a store', () => {
  it('gives each proxy what its last state gives when translated from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = createMemoryStore()
        const discovery = createDiscovery({ store, logger: silentLogger })
        const nodes = [GATEWAY_NODE, SIDECAR_NODE]
        const views = nodes.map((node) => discovery.views.viewFor(node))
        for (const one of steps) await play(store, one)
        const kinds = [...new Set(POOL.map(({ kind }) => kind))]
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
})
