import { parseDocuments } from '@mizzen/api'
import { specOf } from '@mizzen/discovery'
import { describe, expect, it } from 'vitest'
import { type Call, diffExplanations, explainer } from '../src/index.ts'

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ["*"]}
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [shop.test]
    tls: {mode: SIMPLE, credentialName: shop}
  - port: {number: 443, name: passed, protocol: TLS}
    hosts: [passed.test]
    tls: {mode: PASSTHROUGH}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge, namespace: istio-system}
spec:
  hosts: [shop.test, passed.test]
  gateways: [edge]
  http:
  - name: main
    route: [{destination: {host: shop.default.svc.cluster.local}}]
  tcp:
  - route:
    - {destination: {host: shop.default.svc.cluster.local, subset: v1}, weight: 4}
    - {destination: {host: shop.default.svc.cluster.local, subset: v2}, weight: 1}
  tls:
  - match: [{sniHosts: [passed.test]}]
    route: [{destination: {host: shop.default.svc.cluster.local}}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {name: tcp, port: 9000}]}
---
apiVersion: v1
kind: Secret
metadata: {name: shop, namespace: istio-system}
data: {}
`
const ROUTER = specOf({ type: 'router', namespace: 'istio-system', labels: { istio: 'ingressgateway' } })
const INTERCEPTING = specOf({ type: 'sidecar', metadata: { INTERCEPTION_MODE: 'REDIRECT' } })

function explain(call: Call, { text = CONFIG, spec = ROUTER } = {}) {
  const documents = parseDocuments(text, 'mesh.yaml')
  const objects = documents.flatMap(({ resource }) => resource ?? [])
  const placeOf = (key: string, path: string) =>
    documents
      .find(({ resource }) => key === `${resource?.kind}/${resource?.metadata.namespace}/${resource?.metadata.name}`)
      ?.placeOf(path)
  return explainer(objects, spec, { placeOf })(call)
}

const steps = ({ because }: ReturnType<typeof explain>) =>
  because.map(({ step, resource, line }) => [step, resource, line])

describe('the way of a connection through a gateway', () => {
  it('names the server, the filter chain and the route that take TCP', () => {
    const answer = explain({ port: 9000, protocol: 'TCP' })
    expect(answer).toMatchObject({
      listener: '0.0.0.0_9000',
      cluster: 'outbound|9000|v1|shop.default.svc.cluster.local',
      clusters: [{ percent: 80 }, { percent: 20 }],
      routeConfig: null,
      error: null,
    })
    expect(steps(answer).slice(1, 3)).toEqual([
      ['filterChain', 'Gateway/istio-system/edge', 8],
      ['route', 'VirtualService/istio-system/edge', 26],
    ])
  })

  it('goes by server name to the routes of TLS that is passed on', () => {
    const answer = explain({ port: 443, protocol: 'TCP', tls: 'TLS', sni: 'passed.test' })
    expect(answer).toMatchObject({ cluster: 'outbound|443||shop.default.svc.cluster.local', error: null })
    expect(steps(answer)).toContainEqual(['filterChain', 'Gateway/istio-system/edge', 12])
    expect(steps(answer)).toContainEqual(['route', 'VirtualService/istio-system/edge', 30])
  })

  it('ends TLS with a secret, and says if there is none', () => {
    const answer = explain({ port: 443, tls: 'TLS', hostHeader: 'shop.test' })
    expect(answer).toMatchObject({ routeConfig: 'https.443.https.edge.istio-system', route: 'main', error: null })
    expect(answer.because.find(({ step }) => step === 'tls')).toMatchObject({
      resource: 'Gateway/istio-system/edge',
      message: 'there is no secret kubernetes://shop: handshakes fail',
    })
  })

  it.each([
    [{ port: 443, hostHeader: 'shop.test', sni: 'shop.test' }, 'ErrTLSError'],
    [{ port: 443, tls: 'TLS', hostHeader: 'nobody.test' }, 'ErrNoFilterChain'],
    [{ port: 443, tls: 'MTLS', sni: 'shop.test' }, 'ErrMTLSError'],
    [{ port: 443, tls: 'TLS', protocol: 'TCP', sni: 'shop.test' }, 'ErrProtocolError'],
    [{ port: 444, tls: 'TLS', hostHeader: 'shop.test' }, 'ErrNoListener'],
  ] as const)('%j ends with %s', (call, error) => {
    expect(explain(call).error).toBe(error)
  })

  it('differs where a weight or a server name does', () => {
    const call: Call = { port: 9000, protocol: 'TCP' }
    const after = explain(call, { text: CONFIG.replace('weight: 4', 'weight: 9') })
    expect(diffExplanations(explain(call), after)).toMatchObject({ changed: true })
    const other: Call = { port: 443, protocol: 'TCP', tls: 'TLS', sni: 'passed.test' }
    expect(
      diffExplanations(explain(other), explain(other, { text: CONFIG.replaceAll('passed.test', 'p.test') })),
    ).toMatchObject({
      changed: true,
      after: expect.stringContaining('ErrNoFilterChain'),
    })
  })
})

describe('the way of a connection that a sidecar intercepts', () => {
  const at = (call: Call) => explain(call, { spec: INTERCEPTING })

  it('is that of the listener for its address, for all addresses, or for what nobody knows', () => {
    expect(at({ port: 9000, protocol: 'TCP', address: '10.0.0.1' })).toMatchObject({
      listener: '10.0.0.1_9000',
      cluster: 'outbound|9000||shop.default.svc.cluster.local',
    })
    expect(at({ port: 80, hostHeader: 'shop' })).toMatchObject({
      listener: '0.0.0.0_80',
      routeConfig: '80',
      error: null,
    })
    expect(at({ port: 80, protocol: 'TCP' })).toMatchObject({ filterChain: 'PassthroughFilterChain' })
    expect(at({ port: 7, protocol: 'TCP' })).toMatchObject({
      listener: 'virtualOutbound',
      cluster: 'PassthroughCluster',
    })
  })
})
