import { describe, expect, it } from 'vitest'
import { type Resource, validate } from '../src/index.ts'
import { hostCover } from '../src/rules/host-cover.ts'
import { gatewayHostFault } from '../src/rules/hosts.ts'
import { overlappingHosts } from '../src/rules/overlapping-hosts.ts'

/** Findings as `code path`; those that say what has no effect in this version are left out. */
function findings(kind: string, spec: unknown): readonly string[] {
  const object = { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'a' }, spec }
  return validate(object as Resource)
    .filter(({ code }) => code !== 'not-supported-yet')
    .map(({ severity, code, path }) => `${severity === 'warning' ? 'warning: ' : ''}${code} ${path}`)
}

const policy = (trafficPolicy: object) => ({ host: 'a', trafficPolicy })
const server = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }
const https = { ...server, port: { number: 443, name: 'https', protocol: 'HTTPS' } }

describe('a DestinationRule', () => {
  it.each([
    [policy({ connectionPool: { tcp: { idleTimeout: '0s' } } }), []],
    [
      policy({ connectionPool: { tcp: { idleTimeout: '1.5ms' } } }),
      ['bad-duration spec.trafficPolicy.connectionPool.tcp.idleTimeout'],
    ],
    [
      policy({ connectionPool: { http: { idleTimeout: '0s' } } }),
      ['bad-duration spec.trafficPolicy.connectionPool.http.idleTimeout'],
    ],
    [{ host: 'a', subsets: [{ name: 'v1' }, { name: 'v1' }] }, ['duplicate spec.subsets[1].name']],
    [{ host: 'a', subsets: [{ name: 'v_1' }] }, ['bad-name spec.subsets[0].name']],
    [{ host: '' }, ['bad-host spec.host']],
    [{ host: 'a b' }, ['bad-host spec.host']],
    [policy({}), ['empty spec.trafficPolicy']],
    [policy({ connectionPool: {} }), ['empty spec.trafficPolicy.connectionPool']],
    [policy({ loadBalancer: { simple: 'ROUNDROBIN' } }), ['unknown-word spec.trafficPolicy.loadBalancer.simple']],
    [
      policy({ loadBalancer: { simple: 'RANDOM', consistentHash: { useSourceIp: true } } }),
      ['oneof spec.trafficPolicy.loadBalancer.consistentHash'],
    ],
    [
      policy({ outlierDetection: { maxEjectionPercent: 101 } }),
      ['bad-percentage spec.trafficPolicy.outlierDetection.maxEjectionPercent'],
    ],
    [policy({ portLevelSettings: [] }), ['empty spec.trafficPolicy']],
    [
      policy({ connectionPool: { http: { http2KeepAlive: { timeout: '1s' } } } }),
      ['missing-field spec.trafficPolicy.connectionPool.http.http2KeepAlive.interval'],
    ],
    [
      policy({ loadBalancer: { zoneAwareLbSetting: { failoverPriority: ['topology.kubernetes.io/region'] } } }),
      [
        'conflict spec.trafficPolicy.loadBalancer.zoneAwareLbSetting.failoverPriority[0]',
        'warning: no-outlier-detection spec.trafficPolicy.loadBalancer.zoneAwareLbSetting',
      ],
    ],
    [
      policy({ outlierDetection: { outlierDetectionHttpErrorCodes: [99] } }),
      ['out-of-range spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[0]'],
    ],
    [policy({ tls: { mode: 'MUTUAL', privateKey: '/k' } }), ['missing-field spec.trafficPolicy.tls.clientCertificate']],
    [{ host: 'a', exportTo: ['.', 'default'] }, ['duplicate spec.exportTo[1]']],
    [
      { host: 'a', workloadSelector: { matchLabels: { app: '*' } } },
      ['bad-label spec.workloadSelector.matchLabels.app'],
    ],
  ])('%j is refused at the field', (spec, expected) => {
    expect(findings('DestinationRule', spec)).toEqual(expected)
  })
})

describe('a Gateway', () => {
  it.each([
    [{ servers: [] }, ['missing-field spec.servers']],
    [{ servers: [{ ...server, hosts: [] }] }, ['missing-field spec.servers[0].hosts']],
    [{ servers: [{ ...server, hosts: ['short'] }] }, ['bad-host spec.servers[0].hosts[0]']],
    [{ servers: [{ ...server, hosts: ['./*.example.com', 'ns/10.0.0.1'] }] }, []],
    [{ servers: [{ ...server, port: { ...server.port, number: 0 } }] }, ['bad-port spec.servers[0].port.number']],
    [
      { servers: [{ ...server, port: { ...server.port, protocol: 'kafka' } }] },
      ['unknown-word spec.servers[0].port.protocol'],
    ],
    [{ servers: [server, server] }, ['duplicate spec.servers[1].port.name']],
    [{ servers: [https] }, ['missing-field spec.servers[0].tls']],
    [{ servers: [{ ...https, tls: { mode: 'SIMPLE', credentialName: 'c' } }] }, []],
    [{ servers: [{ ...server, tls: { httpsRedirect: true } }] }, []],
    [{ servers: [{ ...server, tls: { mode: 'SIMPLE', credentialName: 'c' } }] }, ['conflict spec.servers[0].tls']],
    [
      { servers: [{ ...server, port: { ...server.port, protocol: 'HBONE' } }] },
      ['unknown-word spec.servers[0].port.protocol'],
    ],
    [
      { servers: [{ ...https, tls: { caCrl: '/crl', credentialName: 'c' } }] },
      ['warning: no-effect spec.servers[0].tls.credentialName', 'conflict spec.servers[0].tls.caCrl'],
    ],
    [
      { servers: [{ ...https, tls: { mode: 'PASSTHROUGH', credentialNames: [] } }] },
      ['too-few spec.servers[0].tls.credentialNames'],
    ],
    [{ servers: [{ ...server, bind: 'here' }] }, ['bad-address spec.servers[0].bind']],
    [
      { servers: [{ ...https, tls: { credentialName: 'c', serverCertificate: '/c', privateKey: '/k' } }] },
      ['conflict spec.servers[0].tls', 'warning: no-effect spec.servers[0].tls.serverCertificate'],
    ],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('Gateway', spec)).toEqual(expected)
  })
})

describe('a ServiceEntry', () => {
  const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }]
  const hosts = ['a.example']
  it.each([
    [{ hosts, ports, resolution: 'DNS' }, []],
    [{ hosts: ['*'], ports }, ['bad-host spec.hosts[0]']],
    [{ hosts: ['*.a.example'], ports, resolution: 'DNS' }, ['bad-host spec.hosts[0]']],
    [{ hosts, ports: [ports[0], ports[0]] }, ['duplicate spec.ports[1].name', 'duplicate spec.ports[1].number']],
    [{ hosts, ports, resolution: 'STATIC', endpoints: [{ address: 'b' }] }, ['bad-address spec.endpoints[0].address']],
    [{ hosts, ports, endpoints: [{ address: '1.2.3.4' }] }, ['conflict spec.endpoints']],
    [{ hosts, ports, addresses: ['10.0.0.0/33'] }, ['bad-address spec.addresses[0]']],
    [{ hosts, ports: [{ number: 80, name: 'tcp', protocol: 'TCP' }] }, ['warning: no-address spec.ports[0]']],
    [{ hosts: ['*.a.example'], ports, resolution: 'DYNAMIC_DNS' }, []],
    [{ hosts, ports, resolution: 'DYNAMIC_DNS' }, ['bad-host spec.hosts[0]']],
    [
      {
        hosts: ['*.a.example'],
        ports,
        resolution: 'DYNAMIC_DNS',
        location: 'MESH_INTERNAL',
        workloadSelector: { labels: { a: 'b' } },
      },
      [],
    ],
    [
      { hosts: ['*.a.example'], ports: [{ ...ports[0], protocol: 'GRPC-WEB' }], resolution: 'DYNAMIC_DNS' },
      ['conflict spec.ports[0]'],
    ],
    [{ hosts, ports: [{ ...ports[0], targetPort: 0 }], resolution: 'DNS' }, ['bad-port spec.ports[0].targetPort']],
    [{ hosts: ['*.a.example'], ports: [{ number: 80, name: 'tcp', protocol: 'TCP' }], resolution: 'STATIC' }, []],
    [
      { hosts: ['*.a.example'], ports, resolution: 'DYNAMIC_DNS', addresses: ['10.0.0.1'] },
      ['conflict spec.addresses'],
    ],
    [{ hosts: Array.from({ length: 257 }, (_, index) => `h${index}.example`), ports }, ['too-many spec.hosts']],
    [
      { hosts, ports, workloadSelector: { labels: { app: 'x'.repeat(64) } } },
      ['too-long spec.workloadSelector.labels.app'],
    ],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('ServiceEntry', spec)).toEqual(expected)
  })
})

describe('a Sidecar', () => {
  const port = { number: 9080, protocol: 'HTTP', name: 'http' }
  it.each([
    [{ egress: [{ hosts: ['./*', 'other/*'] }] }, []],
    [{}, ['empty spec']],
    [{ egress: [{ hosts: ['a.example'] }] }, ['bad-host spec.egress[0].hosts[0]']],
    [{ egress: [{ hosts: ['./*'] }, { hosts: ['./*'] }] }, ['conflict spec.egress[0]']],
    [{ ingress: [{ port, defaultEndpoint: '127.0.0.1:8080' }] }, []],
    [{ ingress: [{ port, defaultEndpoint: '10.0.0.1:8080' }] }, ['bad-address spec.ingress[0].defaultEndpoint']],
    [{ ingress: [{ port }, { port }] }, ['duplicate spec.ingress[1].port.number']],
    [{ ingress: [{ port, tls: { mode: 'PASSTHROUGH' } }] }, ['conflict spec.ingress[0].tls']],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('Sidecar', spec)).toEqual(expected)
  })
})

describe('a VirtualService', () => {
  const route = [{ destination: { host: 'a' } }]
  const match = [{ uri: { prefix: '/a' } }]
  it.each([
    [[{ match, route }, { route }], []],
    [
      [{ route }, { match, route }, { route }],
      ['warning: unreachable-rule spec.http[1]', 'warning: unreachable-rule spec.http[2]'],
    ],
    [[{ route, match: [{ headers: { 'funky!$': { exact: 'a' }, ':authority': { exact: 'a' } } }] }], []],
    [[{ route, match: [{ headers: { 'a b': { exact: 'a' } } }] }], ['bad-header spec.http[0].match[0].headers["a b"]']],
    [[{ route, match: [{ withoutHeaders: { a: { regex: '*' } } }] }], []],
    [[{ route, match: [{ headers: { a: { regex: '*' } } }] }], ['bad-regex spec.http[0].match[0].headers.a.regex']],
    [[{ route, match: [{ uri: { prefix: '' } }] }], []],
    [[{ route, match: [{ method: { prefix: '' } }] }], ['empty-match spec.http[0].match[0].method.prefix']],
    [[{ route, corsPolicy: { exposeHeaders: ['x.y', '%'] } }], []],
    [[{ route, corsPolicy: { allowHeaders: ['(x)'] } }], ['bad-header spec.http[0].corsPolicy.allowHeaders[0]']],
  ])('with rules %j is judged at the rule', (http, expected) => {
    expect(findings('VirtualService', { hosts: ['a.example'], http })).toEqual(expected)
  })
})

describe('a WorkloadGroup', () => {
  it("has probes whose headers are of Kubernetes' kind", () => {
    const probe = (name: string) => ({ httpGet: { port: 80, httpHeaders: [{ name, value: 'a' }] } })
    const template = { ports: { http: 80 } }
    expect(findings('WorkloadGroup', { template, probe: probe('x-a') })).toEqual([])
    expect(findings('WorkloadGroup', { template, probe: probe('x_a') })).toEqual([
      'bad-header spec.probe.httpGet.httpHeaders[0].name',
    ])
  })
})

describe('hosts', () => {
  it.each([
    ['outbound_.80_.v1_.a.b', true],
    ['outbound_.80_._.a.b', true],
    ['outbound_.80_._', false],
    ['outbound_.x_._.a.b', false],
    ['outbound_a', false],
  ])('%s is an SNI of the mesh: %s', (name, expected) => {
    expect(gatewayHostFault(name, true) === undefined).toBe(expected)
  })

  it.each([
    ['*', 'a.b', true],
    ['*.b', '*.a.b', true],
    ['*.a.b', '*.b', true],
    ['*.a', '*.b', false],
    ['a.b', '*.b', true],
    ['a.b', 'c.b', false],
  ])('%s and %s overlap: %s', (left, right, expected) => {
    expect(overlappingHosts([left, right]).size === 1).toBe(expected)
  })

  it.each([
    ['a.b', '*.b', true],
    ['*.a.b', '*.b', true],
    ['*.b', '*.a.b', false],
    ['*.b', 'a.b', false],
    ['a.b', 'a.b', true],
    ['b', '*.b', false],
  ])('%s is within %s: %s', (inner, outer, expected) => {
    expect(hostCover([outer])(inner)).toBe(expected)
  })
})
