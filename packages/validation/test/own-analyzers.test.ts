import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { allAnalyzers, liveAnalyzers } from '../src/analysis/all-analyzers.ts'
import { analyze } from '../src/analysis/analysis.ts'
import type { Analyzer } from '../src/analysis/analyzer.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'
import { subjectsOfObject } from '../src/analysis/mesh-objects.ts'

const NOW = Date.parse('2026-11-23')

/** Findings of one code as `kind/name path`. */
function found(code: string, ...documents: readonly string[]): readonly string[] {
  const { subjects } = analysedDocuments(parseDocuments(documents.join('\n---\n'), 'f.yaml'))
  const analyzers = allAnalyzers(() => NOW)
  return analyze(subjects, analyzers)
    .filter((finding) => finding.code === code)
    .map(({ subject, path }) => `${subject.kind}/${subject.name} ${path}`)
}

const service = (name: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{name: http, port: 80}]}`
const deployment = (name: string, replicas = 1, version = 'v1') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}-${version}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}, version: ${version}}}, template: {metadata: {labels: {app: ${name}, version: ${version}}}, spec: {containers: [{name: app, image: app}]}}}`
const rules = (name: string, spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}}\nspec: {hosts: [${name}], ${spec}}`
const retried = (name: string, attempts: number) =>
  rules(name, `http: [{route: [{destination: {host: ${name}}}], retries: {attempts: ${attempts}}}]`)
const sidecar = (app: string, host: string) =>
  `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: ${app}}\nspec: {workloadSelector: {labels: {app: ${app}}}, egress: [{hosts: ["./*", "./${host}.default.svc.cluster.local"]}]}`
const policy = (rule: string) =>
  `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p}\nspec: {rules: [${rule}]}`
const JWT = `apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: r}\nspec: {jwtRules: [{issuer: x}]}`

describe('weights', () => {
  const split = (v1: number, v2: number) =>
    rules(
      'a',
      `http: [{route: [{destination: {host: a, subset: v1}, weight: ${v1}}, {destination: {host: a, subset: v2}, weight: ${v2}}]}]`,
    )
  const subsets = `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {host: a, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}`
  const mesh = (v1: number, v2: number) => [service('a'), subsets, deployment('a', v1, 'v1'), deployment('a', v2, 'v2')]
  it.each([
    [split(10, 90), 3, 1, ['VirtualService/a spec.http[0].route[1].weight']],
    [split(50, 50), 9, 1, ['VirtualService/a spec.http[0].route[1].weight']],
    [split(90, 10), 9, 1, []],
    [split(50, 50), 2, 1, []],
  ])('of %s with %i and %i Pods', (rule, v1, v2, expected) => {
    expect(found('MZN0101', rule, ...mesh(v1, v2))).toEqual(expected)
  })

  const canary = `apiVersion: mizzen.io/v1alpha1\nkind: Canary\nmetadata: {name: c}\nspec: {traffic: {virtualService: a}, stable: {subset: v1}, canary: {subset: v2}, steps: [{setWeight: 10}]}`
  it.each([
    ['before the canary is started', split(100, 0), 1, 0, []],
    ['once it is promoted', split(0, 100), 0, 1, []],
    [
      'of a canary without Pods',
      split(90, 10),
      1,
      0,
      ['Canary/c spec.canary', 'VirtualService/a spec.http[0].route[1].destination.subset'],
    ],
    [
      'of a stable version without Pods',
      split(90, 10),
      0,
      1,
      ['Canary/c spec.stable', 'VirtualService/a spec.http[0].route[0].destination.subset'],
    ],
  ])('%s', (_, rule, v1, v2, expected) => {
    expect(found('MZN0104', rule, canary, ...mesh(v1, v2))).toEqual(expected)
  })
})

describe('retries along a call path', () => {
  const services = ['a', 'b', 'c'].flatMap((name) => [service(name), deployment(name)])
  it('multiply where Sidecars name who calls whom', () => {
    const calls = [sidecar('a', 'b'), sidecar('b', 'c')]
    expect(found('MZN0102', ...services, ...calls, retried('b', 2), retried('c', 2))).toEqual([
      'VirtualService/c spec.http[0].retries',
    ])
    expect(found('MZN0102', ...services, ...calls, retried('b', 1), retried('c', 1))).toEqual([])
    expect(found('MZN0102', ...services, sidecar('b', 'c'), retried('b', 2), retried('c', 2))).toEqual([])
  })
})

describe('a policy that never matches', () => {
  it('asks for who a token names where nobody checks tokens', () => {
    const from = policy('{from: [{source: {requestPrincipals: ["*"]}}]}')
    const when = policy('{when: [{key: "request.auth.claims[group]", values: [a]}]}')
    expect(found('MZN0105', from)).toEqual(['AuthorizationPolicy/p spec.rules[0].from'])
    expect(found('MZN0105', when)).toEqual(['AuthorizationPolicy/p spec.rules[0].when[0]'])
    expect(found('MZN0105', from, JWT)).toEqual([])
    expect(found('MZN0105', policy('{from: [{source: {notRequestPrincipals: ["*"]}}]}'))).toEqual([])
    expect(
      found('MZN0105', policy('{from: [{source: {requestPrincipals: ["*"]}}, {source: {namespaces: [a]}}]}')),
    ).toEqual([])
  })
})

describe('a shadowed rule', () => {
  const to = (host: string) => `route: [{destination: {host: ${host}}}]`
  it('of TLS has the server names of an earlier one', () => {
    const tls = (first: string, second: string) =>
      rules(
        'x.example',
        `tls: [{match: [{port: 443, sniHosts: [${first}]}], ${to('a')}}, {match: [{port: 443, sniHosts: [${second}]}], ${to('b')}}]`,
      )
    expect(found('MZN0106', tls('x.example, y.example', 'x.example'))).toEqual(['VirtualService/x.example spec.tls[1]'])
    // The more exact name is taken, whatever the order.
    expect(found('MZN0106', tls('"*.example"', 'x.example'))).toEqual([])
  })

  it('of TCP comes after one for all ports', () => {
    const tcp = (first: string, second: string) =>
      rules('a', `tcp: [{match: [${first}], ${to('a')}}, {match: [${second}], ${to('b')}}]`)
    expect(found('MZN0106', tcp('{sourceNamespace: x}', '{sourceNamespace: x, port: 80}'))).toEqual([
      'VirtualService/a spec.tcp[1]',
    ])
    expect(found('MZN0106', tcp('{port: 81}', '{port: 80}'))).toEqual([])
  })
})

describe('a certificate near its end', () => {
  const example = readFileSync(join(import.meta.dirname, '../examples/MZN0107.yaml'), 'utf8')
  const [ending, lasting] = example.match(/ {4}-----BEGIN[\s\S]*?END CERTIFICATE-----/g) as [string, string]
  const holder = (kind: string, data: string, ...certificates: readonly string[]) =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: {name: s}\n${data}:\n  root-cert.pem: |\n${certificates.join('\n')}`

  it('is found in chains, roots and ConfigMaps', () => {
    expect(found('MZN0107', holder('Secret', 'stringData', lasting, ending))).toEqual([
      'Secret/s stringData["root-cert.pem"]',
    ])
    expect(found('MZN0107', holder('ConfigMap', 'data', ending))).toEqual(['ConfigMap/s data["root-cert.pem"]'])
    expect(found('MZN0107', holder('ConfigMap', 'data', lasting))).toEqual([])
  })

  it('is found in base64', () => {
    const base64 = Buffer.from(ending.replaceAll(/^ +/gm, '')).toString('base64')
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {ca.crt: ${base64}}`
    expect(found('MZN0107', secret)).toEqual(['Secret/s data["ca.crt"]'])
  })
})

describe('an object of a running mesh', () => {
  it('is judged by itself as a document is, and once for each mistake', () => {
    const { resource } = parseDocuments(
      rules('a', 'http: [{route: [{destination: {host: a}}]}, {route: [{destination: {host: b}}]}]'),
      'f.yaml',
    )[0]!
    const subjects = subjectsOfObject(resource!)
    const codes = (analyzers: readonly Analyzer[]) =>
      analyze(subjects, analyzers)
        .map(({ code }) => code)
        .filter((code) => code !== 'IST0101')
    expect(codes(allAnalyzers(() => NOW))).toEqual(['IST0130'])
    expect(codes(liveAnalyzers(() => NOW))).toEqual([])
  })
})
