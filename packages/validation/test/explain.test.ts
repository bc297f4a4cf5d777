import { parseDocuments, type Resource } from '@mizzen/api'
import { specOf } from '@mizzen/discovery'
import { describe, expect, it } from 'vitest'
import { type Call, explainCall, explainer } from '../src/index.ts'

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gateway}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com, moved.example.com]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop.example.com]
  gateways: [gateway, mesh]
  http:
  - name: beta
    match: [{headers: {x-user: {regex: "a.*"}}, queryParams: {beta: {exact: "1"}}}]
    route: [{destination: {host: shop, subset: v2}}]
  - name: gone
    match: [{uri: {exact: /gone}}]
    route: [{destination: {host: nobody}}]
  - name: old
    match: [{uri: {prefix: /old}}]
    redirect: {uri: /new}
  - name: main
    route:
    - {destination: {host: shop, subset: v1}, weight: 3}
    - {destination: {host: shop, subset: v2}, weight: 1}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shop}
spec:
  host: shop
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop-v1, labels: {app: shop, version: v1}}
spec: {containers: [{name: app}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: shop-a, labels: {kubernetes.io/service-name: shop}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- {addresses: [127.10.0.1], targetRef: {kind: Pod, name: shop-v1}}
`

const documents = parseDocuments(CONFIG, 'mesh.yaml')
const objects: Resource[] = documents.flatMap(({ resource }) => resource ?? [])
const places = new Map(documents.map((one) => [`${one.resource?.kind}/default/${one.resource?.metadata.name}`, one]))
const placeOf = (key: string, path: string) => places.get(key)?.placeOf(path)
const router = explainer(objects, specOf({ type: 'router', labels: { istio: 'ingressgateway' } }), { placeOf })
const call = (more: Partial<Call> = {}): Call => ({ port: 80, hostHeader: 'shop.example.com', ...more })
const cluster = (subset: string) => `outbound|80|${subset}|shop.default.svc.cluster.local`

describe('explaining a request', () => {
  it('follows it to an endpoint', () => {
    expect(router(call())).toMatchObject({
      listener: '0.0.0.0_80',
      routeConfig: 'http.80',
      virtualHost: 'shop.example.com:80',
      route: 'main',
      cluster: cluster('v1'),
      clusters: [
        { name: cluster('v1'), percent: 75 },
        { name: cluster('v2'), percent: 25 },
      ],
      endpoint: '127.10.0.1:8080',
      error: null,
    })
  })

  it('says which object decided, and where it is written', () => {
    const { because } = router(call())
    expect(because.map(({ step }) => step)).toEqual([
      'listener',
      'routeConfig',
      'virtualHost',
      'route',
      'cluster',
      'endpoint',
    ])
    expect(because.find(({ step }) => step === 'route')).toMatchObject({
      resource: 'VirtualService/default/shop',
      file: 'mesh.yaml',
      line: CONFIG.split('\n').findIndex((line) => line.includes('name: main')) + 1,
    })
    expect(because.find(({ step }) => step === 'cluster')).toMatchObject({ resource: 'DestinationRule/default/shop' })
  })

  it('heeds headers and query', () => {
    const headers = { 'X-User': 'ann' }
    expect(router(call({ headers, path: '/?beta=1' })).route).toBe('beta')
    expect(router(call({ headers, path: '/?beta=2' })).route).toBe('main')
    expect(router(call({ headers: { 'x-user': 'bob a' }, path: '/?beta=1' })).route).toBe('main')
  })

  it('finds the subset without endpoints and the cluster that does not exist', () => {
    const empty = router(call({ headers: { 'x-user': 'a' }, path: '/?beta=1' }))
    expect(empty).toMatchObject({ cluster: cluster('v2'), endpoint: null, error: null })
    expect(empty.because.at(-1)?.message).toContain('503 (UH)')
    const missing = router(call({ path: '/gone' }))
    expect(missing).toMatchObject({ cluster: 'outbound|80||nobody.default.svc.cluster.local', error: null })
    expect(missing.because.at(-1)?.message).toContain('503 (NC)')
  })

  it('ends at a redirect', () => {
    expect(router(call({ path: '/old/x' }))).toMatchObject({ route: 'old', cluster: null, error: null })
  })

  it.each([
    [{ port: 81 }, 'ErrNoListener'],
    [{ tls: 'TLS' }, 'ErrProtocolError'],
    [{ protocol: 'TCP' }, 'ErrProtocolError'],
    [{ hostHeader: 'unknown.example.com' }, 'ErrNoVirtualHost'],
  ])('answers %j with %s', (more, error) => {
    expect(router(call(more)).error).toBe(error)
  })

  it('refuses a mode that there is not', () => {
    const spec = specOf({ type: 'router' })
    expect(() => explainCall(objects, spec, call({ mode: 'sideways' }))).toThrow(
      expect.objectContaining({ code: 'bad-call', path: 'mode' }),
    )
  })
})

describe('explaining a request at a sidecar', () => {
  const spec = specOf({
    type: 'sidecar',
    labels: { app: 'shop' },
    ip: '127.10.0.1',
    metadata: { MIZZEN_APP_PORTS: { 8080: 40001 } },
  })
  const sidecar = explainer(objects, spec)

  it('sends what the application calls through the HTTP proxy', () => {
    expect(sidecar(call({ hostHeader: 'shop' }))).toMatchObject({
      listener: '127.10.0.1_15080',
      virtualHost: 'shop.default.svc.cluster.local:80',
      route: 'default',
      endpoint: '127.10.0.1:8080',
    })
    expect(sidecar(call({ hostHeader: 'shop.example.com' })).route).toBe('main')
    expect(sidecar(call({ hostHeader: 'www.example.org', port: 8080 })).cluster).toBe('PassthroughCluster')
  })

  it('sends what comes in to the private port of the application', () => {
    expect(sidecar(call({ port: 8080, callMode: 'CallModeInbound' }))).toMatchObject({
      listener: '127.10.0.1_8080',
      virtualHost: 'inbound|http|80',
      cluster: 'inbound|8080||',
      endpoint: '127.0.0.1:40001',
    })
    expect(sidecar(call({ port: 9090, mode: 'inbound' })).error).toBe('ErrNoListener')
  })
})
