import { describe, expect, it } from 'vitest'
import { parseDocuments, withDefaults } from '../src/index.ts'
import { MeshProxyConfig } from '../src/kinds/mesh/proxy-config.ts'

function findings(mesh: string, field = 'mesh'): readonly string[] {
  const inner = mesh.split('\n').map((line) => `    ${line}`)
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  ${field}: |\n${inner.join('\n')}\n`
  return parseDocuments(text, 'f.yaml').flatMap(({ problems }) =>
    problems.map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message.split(':')[0]}`),
  )
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
    ['extensionProviders: [{name: a}]', 'warning missing-field data.mesh: extensionProviders[0]'],
    ['meshMTLS: {ecdhCurves: [P-256]}', 'error conflict data.mesh: meshMTLS.ecdhCurves'],
    ['a: [', 'error yaml-syntax data.mesh: line 2 inside'],
  ])('%s is refused at the field around it', (mesh, expected) => {
    expect(findings(mesh)).toEqual([expected])
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
