import { describe, expect, it } from 'vitest'
import { type Resource, validate } from '../src/index.ts'

const VERSIONS: Readonly<Record<string, string>> = {
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1beta1',
  RequestAuthentication: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1alpha1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  TrafficExtension: 'extensions.istio.io/v1alpha1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  ProxyConfig: 'networking.istio.io/v1beta1',
  WorkloadGroup: 'networking.istio.io/v1',
  Canary: 'mizzen.io/v1alpha1',
  RateLimit: 'mizzen.io/v1alpha1',
  CronJob: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
}

/** Findings as `code path`; warnings say so. */
function findings(kind: string, spec: unknown, annotations?: Readonly<Record<string, string>>): readonly string[] {
  const metadata = { name: 'a', ...(annotations && { annotations }) }
  return validate({ apiVersion: VERSIONS[kind]!, kind, metadata, spec } as Resource)
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, code, path }) => `${severity === 'warning' ? 'warning: ' : ''}${code} ${path}`)
}

describe('an AuthorizationPolicy', () => {
  const rule = (part: object) => ({ rules: [part] })
  const source = (fields: object) => rule({ from: [{ source: fields }] })
  const operation = (fields: object) => rule({ to: [{ operation: fields }] })
  const when = (key: string, values: readonly string[]) => rule({ when: [{ key, values }] })
  it.each([
    [undefined, []],
    [{}, []],
    [rule({}), []],
    [source({ principals: ['*'], trustDomains: ['a'] }), []],
    [source({ ipBlocks: ['10.0.0.0/33'] }), ['bad-address spec.rules[0].from[0].source.ipBlocks[0]']],
    [source({ notRemoteIpBlocks: ['::1/64', 'x'] }), ['bad-address spec.rules[0].from[0].source.notRemoteIpBlocks[1]']],
    [source({ serviceAccounts: ['a/b/c'] }), ['bad-service-account spec.rules[0].from[0].source.serviceAccounts[0]']],
    [source({ serviceAccounts: ['*'] }), ['bad-service-account spec.rules[0].from[0].source.serviceAccounts[0]']],
    [source({ serviceAccounts: ['a'], namespaces: ['b'] }), ['conflict spec.rules[0].from[0].source.serviceAccounts']],
    [operation({ ports: ['99999'] }), ['bad-port spec.rules[0].to[0].operation.ports[0]']],
    [operation({ ports: [80] }), ['wrong-type spec.rules[0].to[0].operation.ports[0]']],
    [operation({ paths: ['/a/{*}/b/{**}'] }), []],
    [operation({ paths: ['/{**}/a/{*}'] }), ['bad-path-template spec.rules[0].to[0].operation.paths[0]']],
    [operation({ paths: ['/{name}'] }), ['bad-path-template spec.rules[0].to[0].operation.paths[0]']],
    [operation({ methods: [] }), ['empty spec.rules[0].to[0].operation']],
    [rule({ from: [] }), ['empty spec.rules[0].from']],
    [when('request.headers[x-user]', ['a']), []],
    [when('request.headers', ['a']), ['unknown-word spec.rules[0].when[0].key']],
    [when('source.labels[a]', ['a']), ['unknown-word spec.rules[0].when[0].key']],
    [when('destination.port', ['http']), ['bad-port spec.rules[0].when[0].values[0]']],
    [when('source.principal', []), ['missing-field spec.rules[0].when[0].values']],
    [{ action: 'DENY' }, ['missing-field spec.rules']],
    [{ action: 'DENY', ...operation({ methods: ['GET'] }) }, ['warning: tcp-denied spec.rules[0]']],
    [{ action: 'DENY', ...operation({ methods: ['GET'], ports: ['80'] }) }, []],
    [{ action: 'DENY', ...source({ namespaces: ['a'] }) }, []],
    [{ action: 'DENY', ...source({ requestPrincipals: ['a'] }) }, ['warning: tcp-denied spec.rules[0]']],
    [{ action: 'CUSTOM', rules: [{}] }, ['missing-field spec.provider']],
    [
      { action: 'CUSTOM', provider: { name: 'a' }, ...source({ namespaces: ['a'] }) },
      ['conflict spec.rules[0].from[0].source.namespaces'],
    ],
    [{ provider: { name: 'a' } }, ['conflict spec.provider']],
    [{ selector: {} }, ['warning: empty-selector spec.selector.matchLabels']],
    [{ selector: { matchLabels: { app: 'a*' } } }, ['bad-label spec.selector.matchLabels.app']],
    [{ targetRefs: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'a' }] }, []],
    [{ targetRefs: [{ kind: 'Gateway', group: '', name: 'a' }] }, ['bad-target spec.targetRefs[0]']],
    [{ targetRef: { kind: 'Service', name: 'a', namespace: 'b' } }, ['conflict spec.targetRef.namespace']],
    [{ targetRef: { kind: 'Service' } }, ['missing-field spec.targetRef.name']],
    [{ selector: { matchLabels: { a: 'b' } }, targetRef: { kind: 'Service', name: 'a' } }, ['oneof spec.targetRef']],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('AuthorizationPolicy', spec)).toEqual(expected)
  })

  it('may be tried out where it allows or denies', () => {
    const dryRun = (value: string) => ({ 'istio.io/dry-run': value })
    const at = 'metadata.annotations["istio.io/dry-run"]'
    expect(findings('AuthorizationPolicy', {}, dryRun('true'))).toEqual([])
    expect(findings('AuthorizationPolicy', {}, dryRun('yes'))).toEqual([`wrong-type ${at}`])
    expect(findings('AuthorizationPolicy', { action: 'AUDIT' }, dryRun('true'))).toEqual([`not-possible ${at}`])
    for (const kind of ['PeerAuthentication', 'Telemetry', 'EnvoyFilter']) {
      expect(findings(kind, {}, dryRun('true'))).toContain(`not-possible ${at}`)
    }
  })
})

describe('of the other policies', () => {
  const selector = { matchLabels: { app: 'a' } }
  const jwt = (fields: object) => ({ jwtRules: [{ issuer: 'a', ...fields }] })
  it.each([
    ['PeerAuthentication', { mtls: { mode: 'strict' } }, ['unknown-word spec.mtls.mode']],
    ['PeerAuthentication', { selector, portLevelMtls: {} }, ['empty spec.portLevelMtls']],
    ['PeerAuthentication', { portLevelMtls: { 80: {} } }, ['missing-field spec.portLevelMtls']],
    ['PeerAuthentication', { selector, portLevelMtls: { 70000: {} } }, ['bad-port spec.portLevelMtls["70000"]']],
    ['RequestAuthentication', jwt({ jwksUri: 'https://a.example/keys' }), []],
    ['RequestAuthentication', jwt({ jwksUri: 'a.example/keys' }), ['bad-url spec.jwtRules[0].jwksUri']],
    ['RequestAuthentication', jwt({ jwks: '{' }), ['bad-jwks spec.jwtRules[0].jwks']],
    ['RequestAuthentication', jwt({ jwks: '{"keys":[{"kty":"RSA","e":"AQAB"}]}' }), ['bad-jwks spec.jwtRules[0].jwks']],
    ['RequestAuthentication', jwt({ jwks: '{"keys":[{"kty":"EC","crv":"P-256","x":"YQ","y":"YQ"}]}' }), []],
    [
      'RequestAuthentication',
      jwt({ jwks: '{"keys":[{"kty":"RSA","n":"YQ","e":"AQAB","d":"YQ"}]}' }),
      ['warning: private-key spec.jwtRules[0].jwks'],
    ],
    ['RequestAuthentication', jwt({ audiences: [''] }), ['empty spec.jwtRules[0].audiences[0]']],
    ['RequestAuthentication', jwt({ timeout: '1us' }), ['bad-duration spec.jwtRules[0].timeout']],
    ['RequestAuthentication', { jwtRules: [{}] }, ['missing-field spec.jwtRules[0].issuer']],
    [
      'Telemetry',
      { tracing: [{ randomSamplingPercentage: 101 }] },
      ['bad-percentage spec.tracing[0].randomSamplingPercentage'],
    ],
    [
      'Telemetry',
      { tracing: [{ customTags: { a: { literal: {} } } }] },
      ['missing-field spec.tracing[0].customTags.a.literal.value'],
    ],
    [
      'Telemetry',
      { tracing: [{ providers: [{ name: 'a' }, { name: 'b' }] }] },
      ['warning: too-many spec.tracing[0].providers[1]'],
    ],
    [
      'Telemetry',
      { metrics: [{ overrides: [{ tagOverrides: { a: { operation: 'REMOVE', value: 'b' } } }] }] },
      ['conflict spec.metrics[0].overrides[0].tagOverrides.a.value'],
    ],
    ['WasmPlugin', { url: 'oci://registry.example/a:v1' }, []],
    ['WasmPlugin', { url: 'registry.example:5000/a' }, ['bad-url spec.url']],
    ['WasmPlugin', { url: 'ftp://a.example/b' }, ['bad-url spec.url']],
    ['WasmPlugin', { url: '\\a' }, ['bad-url spec.url']],
    [
      'WasmPlugin',
      { url: 'oci://a/b', match: [{ ports: [{ number: 80 }] }, { ports: [{ number: 80 }, { number: 80 }] }] },
      ['duplicate spec.match[1].ports[1].number'],
    ],
    ['WasmPlugin', undefined, ['missing-field spec']],
    ['Telemetry', { accessLogging: [{ filter: {} }] }, ['bad-expression spec.accessLogging[0].filter.expression']],
    ['RequestAuthentication', jwt({ jwksUri: 'https://a.example/%zz' }), ['bad-url spec.jwtRules[0].jwksUri']],
    ['AuthorizationPolicy', { action: 'DENY', rules: [] }, ['missing-field spec.rules']],
    [
      'EnvoyFilter',
      { targetRefs: [{ kind: 'Service', name: 'a', namespace: 'b' }] },
      ['conflict spec.targetRefs[0].namespace'],
    ],
    [
      'EnvoyFilter',
      { configPatches: [{ applyTo: 'CLUSTER', match: { waypoint: {} }, patch: { operation: 'REMOVE' } }] },
      ['conflict spec.configPatches[0].match.waypoint'],
    ],
    ['WorkloadGroup', { template: { ports: { 'a b': 80 } } }, ['bad-name spec.template.ports["a b"]']],
    ['WorkloadGroup', { template: { address: 'unix:///a', ports: {} } }, ['conflict spec.template.ports']],
    ['WasmPlugin', { url: 'http://a', sha256: 'ABC' }, ['bad-form spec.sha256']],
    [
      'WasmPlugin',
      { url: 'http://a', vmConfig: { env: [{ name: 'A', valueFrom: 'HOST', value: 'b' }] } },
      ['conflict spec.vmConfig.env[0].value'],
    ],
    [
      'WasmPlugin',
      { url: 'http://a', match: [{ ports: [{ number: 0 }] }] },
      ['out-of-range spec.match[0].ports[0].number'],
    ],
    ['TrafficExtension', {}, ['missing-field spec']],
    ['TrafficExtension', { wasm: { url: 'http://a' }, lua: { inlineCode: 'x' } }, ['oneof spec.lua']],
    ['TrafficExtension', { lua: { inlineCode: 'x'.repeat(70_000) } }, ['too-long spec.lua.inlineCode']],
    ['ProxyConfig', { concurrency: -1 }, ['out-of-range spec.concurrency']],
    ['WorkloadGroup', { template: {}, probe: {} }, ['missing-field spec.probe']],
    ['WorkloadGroup', { template: {}, probe: { exec: { command: [] } } }, ['missing-field spec.probe.exec.command']],
    [
      'WorkloadGroup',
      { template: {}, probe: { periodSeconds: -1, tcpSocket: { port: 80 } } },
      ['out-of-range spec.probe.periodSeconds'],
    ],
    [
      'CronJob',
      { schedule: '60 * * * *', jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a' }] } } } } },
      ['bad-schedule spec.schedule'],
    ],
    ['Ingress', { rules: [{ host: '1.2.3.4' }] }, ['bad-host spec.rules[0].host']],
    ['Ingress', {}, ['missing-field spec.rules']],
  ])('%s %j is judged at the field', (kind, spec, expected) => {
    expect(findings(kind, spec)).toEqual(expected)
  })
})

describe('an EnvoyFilter', () => {
  const patch = (fields: object) => ({
    configPatches: [{ applyTo: 'HTTP_FILTER', patch: { operation: 'REMOVE' }, ...fields }],
  })
  const at = 'spec.configPatches[0]'
  const listener = (filter: object) => ({ match: { listener: { filterChain: { filter } } } })
  it.each([
    [{}, []],
    [patch({}), []],
    [patch({ applyTo: undefined }), [`missing-field ${at}.applyTo`]],
    [patch({ patch: { operation: 'ADD' } }), [`missing-field ${at}.patch.value`]],
    [patch({ match: { cluster: {} } }), [`conflict ${at}.match.cluster`]],
    [patch({ match: { proxy: { proxyVersion: '(' } } }), [`bad-regex ${at}.match.proxy.proxyVersion`]],
    [patch(listener({})), [`missing-field ${at}.match.listener.filterChain.filter.name`]],
    [
      patch(listener({ name: 'envoy.http_connection_manager' })),
      [`warning: deprecated ${at}.match.listener.filterChain.filter.name`],
    ],
    [
      patch({ applyTo: 'LISTENER', ...listener({ name: 'a' }) }),
      [`warning: no-effect ${at}.match.listener.filterChain.filter`],
    ],
    [
      patch({
        patch: {
          operation: 'ADD',
          value: { typed_config: { '@type': 'type.googleapis.com/envoy.config.filter.http.lua.v2.Lua' } },
        },
      }),
      [`unknown-type ${at}.patch.value.typed_config["@type"]`],
    ],
    [
      patch({ patch: { operation: 'ADD', value: { typed_config: { '@type': 'Lua' } } } }),
      [`bad-type-url ${at}.patch.value.typed_config["@type"]`],
    ],
  ])('%j is judged at the field', (spec, expected) => {
    expect(findings('EnvoyFilter', JSON.parse(JSON.stringify(spec)))).toEqual(expected)
  })
})

describe('of our own kinds', () => {
  const canary = (fields: object) => ({
    traffic: { virtualService: 'a' },
    stable: { subset: 'v1' },
    canary: { subset: 'v2' },
    ...fields,
  })
  const limit = (fields: object) => ({ limits: [{ requests: 10, ...fields }] })
  it.each([
    ['Canary', canary({}), []],
    ['Canary', canary({ canary: { subset: 'v1' } }), ['conflict spec.canary']],
    ['Canary', canary({ canary: {} }), ['missing-field spec.canary']],
    ['Canary', canary({ steps: [{ setWeight: 101 }] }), ['out-of-range spec.steps[0].setWeight']],
    ['Canary', canary({ steps: [{ setWeight: 1, pause: {} }] }), ['oneof spec.steps[0].pause']],
    [
      'Canary',
      canary({ steps: [{ setWeight: 50 }, { setWeight: 5 }] }),
      ['warning: falling-weight spec.steps[1].setWeight'],
    ],
    ['Canary', canary({ analysis: { metrics: [{ name: 'mine' }] } }), ['missing-field spec.analysis.metrics[0].query']],
    [
      'Canary',
      canary({ analysis: { webhooks: [{ name: 'a', url: 'b' }] } }),
      ['bad-url spec.analysis.webhooks[0].url'],
    ],
    ['RateLimit', limit({ by: [{ header: 'x-user' }] }), []],
    ['RateLimit', limit({ interval: '10ms' }), ['bad-duration spec.limits[0].interval']],
    ['RateLimit', limit({ burst: 5 }), ['out-of-range spec.limits[0].burst']],
    ['RateLimit', limit({ by: [{}] }), ['empty spec.limits[0].by[0]']],
    ['RateLimit', limit({ onUnavailable: 'deny' }), ['conflict spec.limits[0].onUnavailable']],
    ['RateLimit', { limits: [] }, ['too-few spec.limits']],
  ])('%s %j is judged at the field', (kind, spec, expected) => {
    expect(findings(kind, spec)).toEqual(expected)
  })
})
