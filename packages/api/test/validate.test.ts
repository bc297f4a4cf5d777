import { describe, expect, it } from 'vitest'
import { parseDocuments, type Resource, validate } from '../src/index.ts'

const virtualService = (spec: unknown, metadata = { name: 'a' }): Resource => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata,
  spec,
})
const route = [{ destination: { host: 'a' } }]
const withRule = (rule: object) => virtualService({ hosts: ['a'], http: [rule] })
const errors = (resource: Resource) =>
  validate(resource).flatMap(({ severity, code, path }) => (severity === 'error' ? [`${code} ${path}`] : []))
const first = (resource: Resource) => validate(resource)[0]!

describe('a VirtualService', () => {
  it('may be as short as it gets', () => {
    expect(validate(withRule({ route }))).toEqual([])
  })

  it.each([
    [{ rout: route }, ['unknown-field spec.http[0].rout']],
    [{ route, timeout: '5x' }, ['bad-duration spec.http[0].timeout']],
    [{ route, timeout: '0s' }, ['bad-duration spec.http[0].timeout']],
    [{ route, timeout: 5 }, ['wrong-type spec.http[0].timeout']],
    [{ route: [{ ...route[0], weight: -1 }] }, ['bad-weight spec.http[0].route[0].weight']],
    [{ route: [{ ...route[0], weight: '70' }] }, ['wrong-type spec.http[0].route[0].weight']],
    [{ route: [{ ...route[0], weight: 1.5 }] }, ['wrong-type spec.http[0].route[0].weight']],
    [{ route: [route[0], route[0]] }, ['bad-weight spec.http[0].route']],
    [{ route: [{}] }, ['missing-field spec.http[0].route[0].destination']],
    [{ route, redirect: { uri: '/' } }, ['conflict spec.http[0].route']],
    [{ route, match: [{ uri: { exact: '/', prefix: '/' } }] }, ['oneof spec.http[0].match[0].uri.prefix']],
    [{ route, match: [{ uri: { regex: '(?=x)' } }] }, ['bad-regex spec.http[0].match[0].uri.regex']],
    [{ route, match: [{ headers: { 'x y': {} } }] }, ['bad-header spec.http[0].match[0].headers["x y"]']],
    [{ route, match: [{ headers: { x: null } }] }, ['wrong-type spec.http[0].match[0].headers.x']],
    [{ route, match: [null] }, ['wrong-type spec.http[0].match[0]']],
    [{ route, retries: { attempts: 1, retryOn: 'conect-failure' } }, ['unknown-word spec.http[0].retries.retryOn']],
    [
      { route, corsPolicy: { unmatchedPreflights: 'PASS' } },
      ['unknown-word spec.http[0].corsPolicy.unmatchedPreflights'],
    ],
    [{ match: [{}] }, ['missing-field spec.http[0]']],
    [
      { route: [{ destination: { host: 'a', port: { number: 70000 } } }] },
      ['bad-port spec.http[0].route[0].destination.port.number'],
    ],
  ])('with the rule %j is refused at the field', (rule, expected) => {
    expect(errors(withRule(rule))).toEqual(expected)
  })

  it('is checked for its name, namespace and labels', () => {
    const metadata = { name: 'A_b', namespace: 'x.y', labels: { 'a b': '', c: '*' } }
    expect(errors(virtualService({ hosts: ['a'], http: [{ route }] }, metadata))).toEqual([
      'bad-name metadata.name',
      'bad-name metadata.namespace',
      'bad-label metadata.labels["a b"]',
      'bad-label metadata.labels.c',
    ])
  })

  it('tells what was probably meant', () => {
    expect(first(withRule({ rout: route })).hint).toBe('did you mean "route"?')
    expect(first(withRule({ route, mirror_percentage: {} })).hint).toBe('did you mean "mirrorPercentage"?')
    expect(first(withRule({ route: [{ ...route[0], weight: '70' }] })).hint).toBe('write it without quotes')
    expect(first(withRule({ route, zzzzzzzz: 1 })).hint).toBe('correct the slip, or remove the field')
  })

  it('may have fields that are null, as if they were left out', () => {
    const nulls = { route: [{ ...route[0], weight: null }], match: null, timeout: null, fault: null }
    expect(validate(withRule(nulls))).toEqual([])
    expect(errors(withRule({ route: null }))).toEqual(['missing-field spec.http[0]'])
  })

  it('says whose problem it is', () => {
    const named = first(virtualService({ hosts: ['a'], http: [{}] }, { name: 'a' }))
    expect(named).toMatchObject({ kind: 'VirtualService', name: 'a', severity: 'error' })
  })

  it('reports a bounded number of problems', () => {
    const rules = Array.from({ length: 500 }, () => ({ rout: 1 }))
    const problems = validate(virtualService({ hosts: ['a'], http: rules }))
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toMatchObject({ severity: 'error', code: 'more-problems' })
  })

  it('finds an error behind any number of warnings', () => {
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`new${index}`, 1]))
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { ...unknown, containers: [{ name: '-' }] },
    }
    const severities = validate(pod).map(({ severity }) => severity)
    expect(severities.filter((severity) => severity === 'error')).toHaveLength(1)
    expect(severities.length).toBeLessThan(110)
  })

  it('is told of what has no effect yet, at the outermost field', () => {
    const notices = validate(withRule({ route, corsPolicy: { maxAge: '5s' } }))
    expect(notices).toMatchObject([{ severity: 'info', code: 'not-supported-yet', path: 'spec.http[0].corsPolicy' }])
  })

  it('is warned of rules that are never used', () => {
    const rules = [
      { match: [{ uri: { prefix: '/a' } }], route },
      { match: [{ uri: { prefix: '/ab' } }], route },
    ]
    const codes = (http: unknown) =>
      validate(virtualService({ hosts: ['a'], http })).map(({ code, path }) => `${code} ${path}`)
    expect(codes(rules)).toEqual(['ineffective-match spec.http[1].match[0]'])
    expect(codes([...rules].reverse())).toEqual([])
    expect(codes([{ route }, { route }])).toEqual(['unreachable-rule spec.http[1]'])
  })
})

describe('objects of Kubernetes', () => {
  const deployment = (change: (text: string) => string) =>
    parseDocuments(
      change(
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\n' +
          '  template:\n    metadata: {labels: {app: a}}\n    spec: {containers: [{name: app, image: x}]}\n',
      ),
      'f',
    )[0]!.problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`)

  it('are accepted with all that Kubernetes knows, and warned of what it does not', () => {
    expect(deployment((text) => text)).toEqual([])
    expect(
      deployment((text) => text.replace('image: x', 'image: x, tty: true, resources: {limits: {cpu: 1}}')),
    ).toEqual([])
    expect(deployment((text) => text.replace('image', 'imagge'))).toEqual([
      'warning unknown-field spec.template.spec.containers[0].imagge',
    ])
  })

  it('are refused where they cannot work', () => {
    expect(deployment((text) => text.replace('labels: {app: a}', 'labels: {app: b}'))).toEqual([
      'error conflict spec.selector.matchLabels.app',
    ])
    expect(deployment((text) => text.replace('name: app,', ''))).toEqual([
      'error missing-field spec.template.spec.containers[0].name',
    ])
    expect(deployment((text) => text.replace('image: x', 'env: [{name: A, value: 1}]'))).toEqual([
      'error wrong-type spec.template.spec.containers[0].env[0].value',
    ])
  })
})

describe('every problem', () => {
  it('of a document is told at once: of its shape, and of the rest by its rules', () => {
    const http = [
      { route, timeuot: '5s' },
      { route: [{ destination: { host: 'a', port: { number: 70_000 } }, weight: '70' }] },
      { match: [{ uri: { regex: '(' } }, null], route: [{ destination: {} }] },
      { route, timeout: '1us', retries: { attempts: 'three' } },
    ]
    expect(errors(virtualService({ hosts: ['a b', 'c'], http }))).toEqual([
      'unknown-field spec.http[0].timeuot',
      'wrong-type spec.http[1].route[0].weight',
      'wrong-type spec.http[2].match[1]',
      'missing-field spec.http[2].route[0].destination.host',
      'wrong-type spec.http[3].retries.attempts',
      'bad-host spec.hosts[0]',
      'bad-port spec.http[1].route[0].destination.port.number',
      'bad-regex spec.http[2].match[0].uri.regex',
      'bad-duration spec.http[3].timeout',
    ])
  })

  it('is one that the document has, not one that the reader made', () => {
    // Without the route that could not be read, the rule has none; without the name of the port, nobody can name it.
    expect(errors(withRule({ route: 'a' }))).toEqual(['wrong-type spec.http[0].route'])
    expect(errors(virtualService({ hosts: 'a', gateways: ['g'], http: [{ route }] }))).toEqual([
      'wrong-type spec.hosts',
    ])
    const entry = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'a' },
      spec: {
        hosts: ['a.example'],
        ports: [{ number: 80, name: 7, protocol: 'HTTP' }],
        resolution: 'STATIC',
        endpoints: [{ address: '1.2.3.4', ports: { http: 80 } }],
      },
    }
    expect(errors(entry)).toEqual(['wrong-type spec.ports[0].name'])
  })
})
