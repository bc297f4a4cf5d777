import { describe, expect, it } from 'vitest'
import { parseDocuments, withDefaults } from '../src/index.ts'
import { MeshProxyConfig } from '../src/kinds/mesh/proxy-config.ts'

function problemsOf(mesh: string, field = 'mesh') {
  const inner = mesh.split('\n').map((line) => `    ${line}`)
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  ${field}: |\n${inner.join('\n')}\n`
  return parseDocuments(text, 'f.yaml').flatMap(({ problems }) => problems)
}

function findings(mesh: string, field = 'mesh'): readonly string[] {
  return problemsOf(mesh, field)
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message.split(':')[0]}`)
}

function notices(mesh: string, field = 'mesh'): readonly string[] {
  return problemsOf(mesh, field)
    .filter(({ code }) => code === 'not-supported-yet')
    .map(({ message }) => message)
}

describe('the configuration of the mesh', () => {
  it('is read inside its ConfigMap, with defaults', () => {
    expect(findings('accessLogFile: /dev/stdout\ndefaultConfig: {drainDuration: 10s}')).toEqual([])
    expect(withDefaults<MeshProxyConfig>(MeshProxyConfig, {}).statusPort).toBe(15_020)
    const named = withDefaults<MeshProxyConfig>(MeshProxyConfig, { tracingServiceName: 'CANONICAL_NAME_ONLY' })
    expect(named.serviceCluster).toBeUndefined()
  })

  it.each([
    ['acessLogFile: a', 'error unknown-field data.mesh: acessLogFile'],
    ['trustDomain: a/b', 'error bad-trust-domain data.mesh: trustDomain'],
    ['connectTimeout: 2h', 'error bad-duration data.mesh: connectTimeout'],
    ['defaultConfig: {drainDuration: 1.5s}', 'error bad-duration data.mesh: defaultConfig.drainDuration'],
    ['defaultConfig: {discoveryAddress: istiod}', 'error bad-address data.mesh: defaultConfig.discoveryAddress'],
    ['defaultConfig: {proxyAdminPort: 0}', 'error bad-port data.mesh: defaultConfig.proxyAdminPort'],
    [
      'defaultConfig: {connectionSettings: {http2InitialStreamWindowSize: 1}}',
      'error out-of-range data.mesh: defaultConfig.connectionSettings.http2InitialStreamWindowSize',
    ],
    [
      'extensionProviders: [{name: a, zipkin: {service: b, port: 0}}]',
      'warning bad-port data.mesh: extensionProviders[0].zipkin.port',
    ],
    ['defaultServiceExportTo: ["-a"]', 'warning bad-name data.mesh: defaultServiceExportTo[0]'],
    ['caCertificates: [{spiffeBundleUrl: "http://a"}]', 'warning bad-url data.mesh: caCertificates[0].spiffeBundleUrl'],
    [
      'defaultConfig: {connectionSettings: {httpMaxConcurrentStreams: 0}}',
      'error out-of-range data.mesh: defaultConfig.connectionSettings.httpMaxConcurrentStreams',
    ],
    [
      'defaultConfig: {readinessProbe: {tcpSocket: {port: 1}, periodSeconds: -1}}',
      'warning out-of-range data.mesh: defaultConfig.readinessProbe.periodSeconds',
    ],
    ['extensionProviders: [{name: a}]', 'warning missing-field data.mesh: extensionProviders[0]'],
    ['meshMTLS: {ecdhCurves: [P-256]}', 'error conflict data.mesh: meshMTLS.ecdhCurves'],
    [
      'a: [',
      'error yaml-syntax data.mesh: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('%s is refused at the field around it', (mesh, expected) => {
    expect(findings(mesh)).toEqual([expected])
  })

  it.each([
    'defaultServiceExportTo: [.]\ndefaultVirtualServiceExportTo: ["*"]\ndefaultDestinationRuleExportTo: ["~"]',
    'caCertificates: [{spiffeBundleUrl: spire.example.com/bundle}]',
    'meshMTLS: {ecdhCurves: []}',
    'defaultConfig: {connectionSettings: {listenerPerConnectionBufferLimitBytes: 0}}',
  ])('%s is taken, as by Istio', (mesh) => {
    expect(findings(mesh)).toEqual([])
  })

  it('tells of every problem at once, where it stands', () => {
    const found = problemsOf('# first\naccessLogFile: ""\ntrustDomain: a/b\ndefaultConfig:\n  tracing: {samplin: 1}')
    expect(found.map(({ code, place }) => [code, place])).toEqual([
      ['unknown-field', { file: 'f.yaml', line: 10, column: 17 }],
      ['bad-trust-domain', { file: 'f.yaml', line: 8, column: 5 }],
    ])
    expect(problemsOf('a: 1\nb: [').map(({ place }) => place?.line)).toEqual([8])
  })

  it('tells what has no effect, but not of what is as by default', () => {
    expect(notices('accessLogFile: ""\nenableTracing: true\ntrustDomain: cluster.local')).toEqual([])
    expect(notices('outboundTrafficPolicy: {mode: ALLOW_ANY}\ndefaultConfig: {proxyAdminPort: 15000}')).toEqual([])
    expect(notices('outboundTrafficPolicy: {mode: REGISTRY_ONLY}')).toEqual([
      'outboundTrafficPolicy: has no effect in this version',
    ])
    const provider = 'extensionProviders: [{name: a, zipkin: {service: z, port: 1}}, {name: b, prometheus: {}}]'
    expect(notices(provider)).toEqual(['extensionProviders[1].prometheus: has no effect in this version'])
    expect(notices('networks: {a: {}}', 'meshNetworks')).toEqual(['networks: has no effect in this version'])
  })

  it('has networks, whose gateways have an address and a port', () => {
    expect(
      findings(
        'networks: {a: {endpoints: [{fromCidr: 10.0.0.0/8}], gateways: [{address: 1.2.3.4, port: 443}]}}',
        'meshNetworks',
      ),
    ).toEqual([])
    expect(findings('networks: {a: {gateways: [{address: "a b"}]}}', 'meshNetworks')).toEqual([
      'error bad-address data.meshNetworks: networks.a.gateways[0].address',
      'error bad-port data.meshNetworks: networks.a.gateways[0].port',
    ])
  })
})
