import { describe, expect, it } from 'vitest'
import { type Resource, validate } from '../src/index.ts'

function findings(kind: string, spec: unknown, apiVersion = 'gateway.networking.k8s.io/v1'): readonly string[] {
  return validate({ apiVersion, kind, metadata: { name: 'a' }, spec } as Resource)
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path }) => `${code} ${path}`)
}

describe('a Gateway of the Gateway API', () => {
  const listener = { name: 'a', port: 80, protocol: 'HTTP' }
  const gateway = (...listeners: object[]) => ({ gatewayClassName: 'istio', listeners })
  it.each([
    [gateway(listener), []],
    [gateway(), ['too-few spec.listeners']],
    [gateway({ ...listener, port: 0 }), ['out-of-range spec.listeners[0].port']],
    [gateway({ ...listener, tls: {} }), ['conflict spec.listeners[0].tls']],
    [gateway({ ...listener, protocol: 'TLS', tls: {} }), ['missing-field spec.listeners[0].tls.mode']],
    [gateway({ ...listener, protocol: 'TCP', hostname: 'a.example' }), ['conflict spec.listeners[0].hostname']],
    [gateway({ ...listener, hostname: 'a_b' }), ['bad-form spec.listeners[0].hostname']],
    [gateway(listener, listener), ['duplicate spec.listeners[1].name', 'duplicate spec.listeners[1]']],
    [
      gateway({ ...listener, allowedRoutes: { namespaces: { from: 'Selector' } } }),
      ['missing-field spec.listeners[0].allowedRoutes.namespaces.selector'],
    ],
    [{ ...gateway(listener), addresses: [{ value: 'a' }] }, ['bad-address spec.addresses[0].value']],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('Gateway', spec)).toEqual(expected)
  })
})

describe('routes of the Gateway API', () => {
  const backendRefs = [{ name: 'a', port: 80 }]
  const http = (rule: object) => ({ rules: [{ backendRefs, ...rule }] })
  const path = (value: string, type?: string) => http({ matches: [{ path: { value, ...(type && { type }) } }] })
  const filter = (...filters: object[]) => http({ filters })
  it.each([
    ['HTTPRoute', http({}), []],
    ['HTTPRoute', path('a'), ['bad-path spec.rules[0].matches[0].path.value']],
    ['HTTPRoute', path('/a/../b'), ['bad-path spec.rules[0].matches[0].path.value']],
    ['HTTPRoute', path('(', 'RegularExpression'), ['bad-regex spec.rules[0].matches[0].path.value']],
    ['HTTPRoute', http({ backendRefs: [{ name: 'a' }] }), ['missing-field spec.rules[0].backendRefs[0].port']],
    [
      'HTTPRoute',
      http({ backendRefs: [{ name: 'a', port: 80, weight: -1 }] }),
      ['out-of-range spec.rules[0].backendRefs[0].weight'],
    ],
    [
      'HTTPRoute',
      http({ timeouts: { request: '1s', backendRequest: '2s' } }),
      ['conflict spec.rules[0].timeouts.backendRequest'],
    ],
    ['HTTPRoute', http({ timeouts: { request: '1.5s' } }), ['bad-form spec.rules[0].timeouts.request']],
    ['HTTPRoute', filter({ type: 'RequestRedirect', requestRedirect: {} }), ['conflict spec.rules[0].backendRefs']],
    ['HTTPRoute', filter({ type: 'URLRewrite' }), ['missing-field spec.rules[0].filters[0].urlRewrite']],
    ['HTTPRoute', filter({ type: 'CORS', cors: {}, urlRewrite: {} }), ['conflict spec.rules[0].filters[0].urlRewrite']],
    [
      'HTTPRoute',
      filter({ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath' } } }),
      ['missing-field spec.rules[0].filters[0].urlRewrite.path.replaceFullPath'],
    ],
    [
      'HTTPRoute',
      http({
        matches: [
          {
            headers: [
              { name: 'a', value: 'b' },
              { name: 'a', value: 'c' },
            ],
          },
        ],
      }),
      ['duplicate spec.rules[0].matches[0].headers[1].name'],
    ],
    ['GRPCRoute', http({ matches: [{ method: {} }] }), ['missing-field spec.rules[0].matches[0].method']],
    [
      'GRPCRoute',
      http({ matches: [{ method: { service: 'a/b' } }] }),
      ['bad-form spec.rules[0].matches[0].method.service'],
    ],
    ['TCPRoute', { rules: [{ backendRefs: [] }] }, ['too-few spec.rules[0].backendRefs']],
    ['TLSRoute', { rules: [{ backendRefs }], hostnames: ['*'] }, ['bad-form spec.hostnames[0]']],
    ['ReferenceGrant', { from: [], to: [] }, ['too-few spec.from', 'too-few spec.to']],
  ])('%s %j is judged at the field', (kind, spec, expected) => {
    expect(findings(kind, spec)).toEqual(expected)
  })

  it('to backends with TLS name their roots and names', () => {
    const policy = (validation: object) => ({
      targetRefs: [{ group: '', kind: 'Service', name: 'a' }],
      validation: { hostname: 'a.example', ...validation },
    })
    const system = { wellKnownCACertificates: 'System' }
    expect(findings('BackendTLSPolicy', policy(system))).toEqual([])
    expect(findings('BackendTLSPolicy', policy({}))).toEqual(['missing-field spec.validation.caCertificateRefs'])
    const names = (uri: string) => policy({ ...system, subjectAltNames: [{ type: 'URI', uri }] })
    expect(findings('BackendTLSPolicy', names('spiffe://cluster.local/ns/a/sa/b'))).toEqual([])
    expect(findings('BackendTLSPolicy', names('spiffe://cluster.local/ns//b'))).toEqual([
      'bad-spiffe-id spec.validation.subjectAltNames[0].uri',
    ])
  })
})
