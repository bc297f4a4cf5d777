import type { ProxyNode } from '@mizzen/xds'
import { expect, it } from 'vitest'
import { parseAddress } from '../src/options.ts'
import { adminUrl, prometheusUrl, proxyIdentity } from '../src/proxy-identity.ts'

const node = (ip: string, metadata: Record<string, unknown> = {}): ProxyNode => ({
  id: `sidecar~${ip}~pod-1.shop~shop.svc.cluster.local`,
  cluster: '',
  metadata,
  userAgentName: 'mizzen',
  locality: { region: '', zone: '', subZone: '' },
})

it('reads a node id', () => {
  const identity = { type: 'sidecar', ip: '127.1.2.3', name: 'pod-1.shop', namespace: 'shop' }
  expect(proxyIdentity(node('127.1.2.3'))).toEqual(identity)
})

it('knows where a proxy answers', () => {
  expect(adminUrl(node('127.1.2.3'))).toBe('http://127.1.2.3:15000')
  expect(prometheusUrl(node('::1', { ENVOY_PROMETHEUS_PORT: '9' }))).toBe('http://[::1]:9/stats/prometheus')
  expect(prometheusUrl(node('1.1.1.1', { ENVOY_PROMETHEUS_PORT: 'x' }))).toBe('http://1.1.1.1:15090/stats/prometheus')
})

it('reads addresses', () => {
  expect(parseAddress('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 })
  expect(parseAddress('[::1]:80')).toEqual({ host: '::1', port: 80 })
  expect(parseAddress(':80')).toEqual({ host: '0.0.0.0', port: 80 })
  for (const bad of ['80', 'a:b', 'a:70000', '::1:80', '']) expect(() => parseAddress(bad)).toThrow('is not an address')
})
