import type { HTTPRoute, Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MESH_SETTINGS } from '../../src/index.ts'
import { conflicts, mergeMatches, mergeRoute, withDelegates } from '../../src/model/delegate.ts'
import { virtualServiceModel } from '../../src/model/virtual-service.ts'
import { casesOf, type Fields, refereeCases } from './referee-data.ts'

const cases = refereeCases('traffic-tables/cases.json')

describe.skipIf(cases.length === 0)('conditions of a delegate', () => {
  it.each(casesOf(cases, 'TestHasConflict'))('%s', (_, { root, leaf, expected }) => {
    expect(conflicts(root ?? {}, leaf ?? {})).toBe(expected ?? false)
  })
  it.each(casesOf(cases, 'TestMergeHTTPMatchRequests'))('%s', (_, { root, delegate, expected }) => {
    expect(mergeMatches(root ?? [], delegate ?? []) ?? null).toEqual(expected)
  })
})

describe.skipIf(cases.length === 0)('routes of a delegate', () => {
  it.each(casesOf(cases, 'TestMergeHttpRoutes'))('%s', (_, { root, delegate, expected }) => {
    const merged = (delegate as HTTPRoute[]).flatMap((route) => mergeRoute(root, route) ?? [])
    expect(merged).toEqual(expected ?? [])
  })
})

function modelOf({ Meta, Spec }: Fields) {
  const metadata = { name: Meta.Name, namespace: Meta.Namespace }
  const object = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec: Spec } as Resource
  return virtualServiceModel(object as Parameters<typeof virtualServiceModel>[0], DEFAULT_MESH_SETTINGS)
}

describe.skipIf(cases.length === 0)('VirtualServices with delegates', () => {
  /** Mesh-wide defaults of exportTo other than "everywhere" are not there yet. */
  const everywhere = casesOf(cases, 'TestControllerMergeVirtualServices').filter(
    ([, { defaultExportTo }]) => defaultExportTo[0] === 'visibility.Public',
  )
  it.each(everywhere)('%s', (_, { virtualServices, expectedVirtualServices }) => {
    const models = new Map((virtualServices as Fields[]).map(modelOf).map((one) => [one.origin.key, one]))
    const roots = [...models.values()].filter(({ hosts }) => hosts.length > 0)
    const merged = roots.map((root) => withDelegates(root, (key) => models.get(key)))
    const plain = merged.map(({ origin, http }) => [origin.key, http.map(({ from: _from, ...route }) => route)])
    const expected = (expectedVirtualServices as Fields[]).map(modelOf).map(({ origin, http }) => [origin.key, http])
    expect(plain).toEqual(expected)
  })
})
