import type { ConfigMap, EndpointSlice, Gateway, Pod, Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { chooseRule, type DestinationRuleModel, mergeRules } from '../src/model/destination-rule.ts'
import { sliceEndpoints } from '../src/model/endpoint.ts'
import { gatewayModel } from '../src/model/gateway.ts'
import { mergeGateways } from '../src/model/merged-gateway.ts'
import { reportSettings } from '../src/model/mesh-config.ts'
import { byAge } from '../src/model/origin.ts'
import { proxySpecOf, specOf } from '../src/model/proxy.ts'
import type { ServiceTarget } from '../src/model/service-target.ts'
import { isVisible, parseExportTo } from '../src/model/visibility.ts'
import { workloadOf } from '../src/model/workload.ts'
import { GATEWAY_NODE, gateway, pod, slice } from './mesh-objects.ts'

const origin = (name: string, namespace = 'default', createdAt = '') => ({
  key: `DestinationRule/${namespace}/${name}`,
  name,
  namespace,
  createdAt,
})

function rule(name: string, host: string, more: Partial<DestinationRuleModel> = {}): DestinationRuleModel {
  const subsets = [{ name, labels: { version: name } }]
  const plain = { visibility: new Set(['*']), trafficPolicy: undefined, selector: undefined }
  return { host, origin: origin(name), ...plain, subsets, ...more }
}

describe('DestinationRules of one namespace for one host', () => {
  it('add up their subsets, and keep the policy of the oldest', () => {
    const policy = { loadBalancer: { simple: 'RANDOM' as const } }
    const merged = mergeRules([
      rule('young', 'a.b', { origin: origin('young', 'default', '2022-01-01T00:00:00Z'), trafficPolicy: policy }),
      rule('old', 'a.b', { origin: origin('old', 'default', '2020-01-01T00:00:00Z') }),
    ])
    expect(merged?.subsets.map(({ name }) => name)).toEqual(['old', 'young'])
    expect(merged?.trafficPolicy).toBeUndefined()
    expect(merged?.origins).toEqual(['DestinationRule/default/old', 'DestinationRule/default/young'])
  })
})

describe('the DestinationRule that a client heeds', () => {
  const of = (namespace: string, exportTo = ['*']) => ({
    key: '',
    namespace,
    visibility: parseExportTo(exportTo, namespace),
    trafficPolicy: undefined,
    subsets: [],
    origins: [],
  })
  const choose = (rules: readonly ReturnType<typeof of>[], client: string) =>
    chooseRule((namespace) => rules.find((one) => one.namespace === namespace), client, 'server', 'root')?.namespace

  it("is its own namespace's, then the service's, then the root's", () => {
    expect(choose([of('root'), of('server'), of('client')], 'client')).toBe('client')
    expect(choose([of('root'), of('server')], 'client')).toBe('server')
    expect(choose([of('root'), of('elsewhere')], 'client')).toBe('root')
    expect(choose([of('elsewhere')], 'client')).toBeUndefined()
  })

  it('has to be exported to it, except at home', () => {
    expect(choose([of('root'), of('server', ['.'])], 'client')).toBe('root')
    expect(choose([of('client', ['.'])], 'client')).toBe('client')
  })

  it("is the service's before its own in the root namespace", () => {
    expect(choose([of('root'), of('server')], 'root')).toBe('server')
  })
})

describe('endpoints of a slice', () => {
  const health = (conditions: object | undefined) => {
    const base = slice('shop', { '127.10.0.1': 'shop-v1' }) as EndpointSlice
    const endpoints = [{ ...base.endpoints[0]!, conditions }]
    return sliceEndpoints({ ...base, endpoints } as EndpointSlice, () => undefined)[0]?.health
  }
  it.each([
    [undefined, 'healthy'],
    [{}, 'healthy'],
    [{ ready: true }, 'healthy'],
    [{ ready: false }, undefined],
    [{ ready: false, serving: true }, undefined],
    [{ ready: false, serving: true, terminating: true }, 'draining'],
    [{ ready: false, serving: false, terminating: true }, undefined],
  ])('with conditions %j are %s', (conditions, expected) => {
    expect(health(conditions)).toBe(expected)
  })
})

describe('a workload', () => {
  it('is named after the Deployment, by way of the ReplicaSet', () => {
    const labels = { app: 'shop', version: 'v1', 'pod-template-hash': '5d4f8' }
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-v1-5d4f8', controller: true }
    const base = pod('shop-v1-5d4f8-x2x7q', labels)
    const owned = { ...base, metadata: { ...base.metadata, ownerReferences: [owner] } } as Pod
    expect(workloadOf(owned)).toEqual({
      name: 'shop-v1',
      namespace: 'default',
      canonicalName: 'shop',
      canonicalRevision: 'v1',
      app: 'shop',
      version: 'v1',
    })
    expect(workloadOf(pod('alone', {}) as Pod)).toMatchObject({ name: 'alone', canonicalRevision: 'latest' })
  })
})

describe('the ports of a gateway workload', () => {
  const spec = specOf({ type: 'router', namespace: 'istio-system', labels: { istio: 'ingressgateway' } })
  const server = (number: number, protocol: string, more = {}) => ({
    port: { number, protocol, name: 'p' },
    hosts: ['*'],
    ...more,
  })
  const model = (name: string, servers: readonly object[], createdAt = '') => {
    const base = gateway(name)
    const metadata = { ...base.metadata, creationTimestamp: createdAt }
    const object = { ...base, metadata, spec: { ...(base.spec as object), servers } } as Resource
    return gatewayModel(object as Gateway)
  }
  const target = (servicePort: number, targetPort: number, more: Partial<ServiceTarget> = {}): ServiceTarget => ({
    hostname: 'ingress.istio-system.svc.cluster.local',
    namespace: 'istio-system',
    origin: 'Service/istio-system/ingress',
    servicePort,
    targetPort,
    protocol: 'HTTP',
    translatesPorts: true,
    ...more,
  })
  const merged = (models: ReturnType<typeof model>[], targets: readonly ServiceTarget[] = []) =>
    mergeGateways(models, spec, targets).map(({ bind, port, servers }) => {
      const protocols = servers.map((one) => one.server.protocol)
      return [`${bind}:${port}`, ...protocols]
    })

  it('are those that its Service leads to', () => {
    expect(merged([model('a', [server(80, 'HTTP')])], [target(80, 8080)])).toEqual([[':8080', 'HTTP']])
    expect(merged([model('a', [server(80, 'HTTP')])], [target(443, 8443)])).toEqual([[':80', 'HTTP']])
    const opted = [target(80, 8080, { translatesPorts: false })]
    expect(merged([model('a', [server(80, 'HTTP')])], opted)).toEqual([[':80', 'HTTP']])
  })

  it('are shared by HTTP servers', () => {
    expect(merged([model('a', [server(80, 'HTTP')]), model('b', [server(80, 'HTTP2')])])).toEqual([
      [':80', 'HTTP', 'HTTP2'],
    ])
  })

  it('belong to the oldest where protocols conflict', () => {
    const http = model('http', [server(80, 'HTTP')], '2022-01-01T00:00:00Z')
    const tcp = model('tcp', [server(80, 'TCP')], '2020-01-01T00:00:00Z')
    expect(merged([http, tcp])).toEqual([[':80', 'TCP']])
  })

  it('are apart where they bind apart', () => {
    const bound = model('a', [server(80, 'HTTP', { bind: '127.0.0.9' }), server(80, 'HTTP')])
    expect(merged([bound])).toEqual([
      ['127.0.0.9:80', 'HTTP'],
      [':80', 'HTTP'],
    ])
  })
})

describe('a proxy', () => {
  it('says who it is in its node', () => {
    const metadata = { ...GATEWAY_NODE.metadata, BIND_ADDRESS: '127.0.0.1', MIZZEN_APP_PORTS: { 8080: 40001 } }
    expect(proxySpecOf({ ...GATEWAY_NODE, metadata })).toMatchObject({
      type: 'router',
      namespace: 'istio-system',
      ip: '127.10.0.9',
      labels: { istio: 'ingressgateway' },
      agent: 'mizzen',
      bindAddress: '127.0.0.1',
      httpProxyPort: 0,
      appPorts: { 8080: 40001 },
    })
  })

  it('may have its ports written as JSON in a string, as Istio does', () => {
    const POD_PORTS = '[{"name":"web","containerPort":8080,"protocol":"TCP"}]'
    expect(specOf({ type: 'sidecar', metadata: { POD_PORTS } }).podPorts).toEqual({ web: 8080 })
    expect(specOf({ type: 'sidecar', metadata: { POD_PORTS: '{' } }).podPorts).toEqual({})
  })
})

describe('mesh settings', () => {
  const from = (mesh: string) => reportSettings({ data: { mesh } } as unknown as ConfigMap)
  it('are read from the ConfigMap, and the defaults where it is silent or broken', () => {
    const json = { file: '', encoding: 'JSON', format: '', tracing: undefined }
    expect(from('accessLogFile: ""\naccessLogEncoding: JSON')).toEqual(json)
    expect(from('accessLogFile: {')).toEqual({ ...json, file: '/dev/stdout', encoding: 'TEXT' })
    expect(reportSettings(undefined).file).toBe('/dev/stdout')
  })
})

describe('small words', () => {
  it('sort by age, then by name', () => {
    const named = [origin('b', 'x'), origin('a', 'y', '2020-01-01T00:00:00Z'), origin('a', 'x')]
    expect(named.sort(byAge).map(({ name, namespace }) => `${namespace}/${name}`)).toEqual(['x/a', 'x/b', 'y/a'])
  })

  it('export to namespaces', () => {
    expect(isVisible(parseExportTo(undefined, 'a'), 'b')).toBe(true)
    expect(isVisible(parseExportTo(['.'], 'a'), 'b')).toBe(false)
    expect(isVisible(parseExportTo(['.', 'b'], 'a'), 'b')).toBe(true)
    expect(isVisible(parseExportTo(['~'], 'a'), 'a')).toBe(false)
  })
})
