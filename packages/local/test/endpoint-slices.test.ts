import type { Service } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { endpointSlices } from '../src/controllers/endpoint-slices.ts'
import { podLike } from './pods.ts'

function service(spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hello', namespace: 'default' },
    spec: { selector: { app: 'hello' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  }
}
const endpointsOf = (slices: ReturnType<typeof endpointSlices>) => slices.flatMap((slice) => slice.endpoints)

describe('endpointSlices', () => {
  it('lists the selected Pods of its namespace under the name of the Service', () => {
    const pods = [
      podLike('a', { ip: '127.10.0.1' }),
      podLike('b', { ip: '127.10.0.2', labels: { app: 'other' } }),
      podLike('c', { ip: '127.10.0.3', namespace: 'other' }),
    ]
    const slices = endpointSlices(service(), pods)
    expect(slices).toHaveLength(1)
    expect(slices[0]?.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'hello' })
    expect(endpointsOf(slices).map((endpoint) => endpoint.addresses)).toEqual([['127.10.0.1']])
  })

  it.each([
    { pod: { ready: true }, conditions: { ready: true, serving: true, terminating: false } },
    { pod: { ready: false }, conditions: { ready: false, serving: false, terminating: false } },
    { pod: { ready: true, terminating: true }, conditions: { ready: false, serving: true, terminating: true } },
    { pod: { ready: false, terminating: true }, conditions: { ready: false, serving: false, terminating: true } },
  ])('says of a Pod $pod: $conditions', ({ pod, conditions }) => {
    expect(endpointsOf(endpointSlices(service(), [podLike('a', pod)]))[0]?.conditions).toEqual(conditions)
  })

  it('leaves out Pods without an address', () => {
    expect(endpointsOf(endpointSlices(service(), [podLike('a', { ip: '' })]))).toEqual([])
  })

  it('groups Pods whose named port differs', () => {
    const pods = [
      podLike('a', { ip: '127.10.0.1', ports: [{ name: 'web', containerPort: 8080 }] }),
      podLike('b', { ip: '127.10.0.2', ports: [{ name: 'web', containerPort: 9090 }] }),
    ]
    const slices = endpointSlices(service({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] }), pods)
    expect(slices.map((slice) => slice.ports?.[0]?.port)).toEqual([8080, 9090])
    expect(new Set(slices.map((slice) => slice.metadata.name)).size).toBe(2)
  })

  it('has one empty slice without Pods, the one that they will fill', () => {
    const [empty] = endpointSlices(service(), [])
    const [full] = endpointSlices(service(), [podLike('a')])
    expect(empty?.endpoints).toEqual([])
    expect(empty?.metadata.name).toBe(full?.metadata.name)
  })

  it('has none without a selector', () => {
    expect(endpointSlices(service({ selector: {} }), [podLike('a')])).toEqual([])
  })
})
