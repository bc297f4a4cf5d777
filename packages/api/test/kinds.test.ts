import { describe, expect, it } from 'vitest'
import { apiVersionOf, findKind, kindOf, kinds, normalise, objectKey } from '../src/index.ts'

describe('kinds', () => {
  it.each([
    ['vs', 'VirtualService'],
    ['VirtualService', 'VirtualService'],
    ['virtualservices', 'VirtualService'],
    ['virtualservice.networking.istio.io', 'VirtualService'],
    ['virtualservices.v1beta1.networking.istio.io', 'VirtualService'],
    ['dr', 'DestinationRule'],
    ['gw', 'Gateway'],
    ['svc', 'Service'],
    ['po', 'Pod'],
    ['deploy', 'Deployment'],
    ['deployments.apps', 'Deployment'],
    ['rs', 'ReplicaSet'],
    ['ns', 'Namespace'],
    ['cm', 'ConfigMap'],
    ['sa', 'ServiceAccount'],
    ['endpointslices', 'EndpointSlice'],
  ])('%s is %s', (word, kind) => {
    expect(findKind(word)?.kind).toBe(kind)
  })

  it('are told apart by every word that they are called', () => {
    // Where two groups have a kind of one name, the bare name is the first's.
    const owners = kinds.filter((kind) => kind.id === kind.kind)
    const words = owners.flatMap(({ singular, plural, shortNames }) => [singular, plural, ...shortNames])
    expect(new Set(words).size).toBe(words.length)
    expect(new Set(kinds.map(({ id }) => id)).size).toBe(kinds.length)
    for (const { group, plural, id } of kinds) {
      expect(findKind(group === '' ? plural : `${plural}.${group}`)?.id).toBe(id)
    }
    expect(findKind('nothing')).toBeUndefined()
  })

  it('are found by each version that is served, and no other', () => {
    for (const kind of kinds) {
      for (const version of kind.versions) expect(kindOf(apiVersionOf(kind, version), kind.kind)).toBe(kind)
    }
    expect(kindOf('v1', 'VirtualService')).toBeUndefined()
    expect(kindOf('networking.istio.io/v2', 'VirtualService')).toBeUndefined()
    expect(kindOf('gateway.networking.k8s.io/v1', 'VirtualService')).toBeUndefined()
  })

  it('of one name in two groups are two', () => {
    const gateway = (apiVersion: string) => ({ apiVersion, kind: 'Gateway', metadata: { name: 'a', namespace: 'b' } })
    expect(objectKey(gateway('networking.istio.io/v1'))).toBe('Gateway/b/a')
    expect(objectKey(gateway('gateway.networking.k8s.io/v1'))).toBe('Gateway.gateway.networking.k8s.io/b/a')
    expect(findKind('gtw')).not.toBe(findKind('gw'))
    expect(findKind('gateways.gateway.networking.k8s.io')).toBe(findKind('gtw'))
  })

  it('normalise to one form', () => {
    const object = {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'VirtualService',
      metadata: { name: 'a', creationTimestamp: null as never },
      spec: { hosts: ['a'], http: null },
    }
    expect(normalise(object)).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'a', namespace: 'default' },
      spec: { hosts: ['a'] },
    })
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: 'b' } }
    expect(normalise(namespace).metadata).toEqual({ name: 'a' })
    expect(normalise(normalise(object))).toEqual(normalise(object))
  })
})
