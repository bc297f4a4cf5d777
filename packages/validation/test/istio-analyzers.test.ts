import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { allAnalyzers } from '../src/analysis/all-analyzers.ts'
import { analyze } from '../src/analysis/analysis.ts'
import { defaultMesh } from '../src/analysis/default-mesh.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'
import { exampleOf } from '../src/analysis/pages/example.ts'

/** Codes that are found in the documents, in order. */
function codesOf(...documents: readonly string[]): readonly string[] {
  const { subjects } = analysedDocuments(parseDocuments(documents.join('\n---\n'), 'f.yaml'))
  return analyze(subjects, allAnalyzers(Date.now))
    .map(({ code }) => code)
    .sort()
}

const namespace = (labels: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${labels}}}`
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a, image: a}]}'

describe('how Pods of a namespace come into the mesh', () => {
  it.each([
    ['', ['IST0102']],
    ['istio-injection: enabled', ['IST0103']],
    ['istio-injection: disabled, istio.io/rev: canary', []],
    ['istio-injection: enabled, istio.io/rev: canary', ['IST0103', 'IST0123']],
    ['istio.io/rev: canary', []],
    ['istio.io/rev: canary, istio.io/dataplane-mode: ambient', ['IST0123']],
    ['istio.io/dataplane-mode: ambient', []],
  ])('with labels {%s}', (labels, expected) => {
    expect(codesOf(namespace(labels), pod)).toEqual(expected)
  })
})

describe('names of ports', () => {
  const service = (labels: string) =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {${labels}}}\nspec: {ports: [{name: status-port, port: 15021}]}`

  it('are not asked for where a controller made the Service', () => {
    expect(codesOf(service(''))).toContain('IST0118')
    expect(codesOf(service('gateway.istio.io/managed: istio.io-mesh-controller'))).not.toContain('IST0118')
    expect(codesOf(service('gateway.istio.io/managed: other'))).toContain('IST0118')
  })
})

it('every EnvoyFilter is told to build on the insides of Envoy', () => {
  const filter =
    'apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}\nspec: {configPatches: []}'
  expect(codesOf(filter)).toEqual(['IST0133'])
})

describe('ports of a Gateway', () => {
  const gateway = (port: number) =>
    `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {selector: {app: gw}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: ["*"]}]}`
  const pods =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: gw, labels: {app: gw}}\nspec: {containers: [{name: istio-proxy}]}'
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: gw}\nspec: {selector: {app: gw}, ports: [{name: http, port: 80, targetPort: 8003}]}'
  it.each([
    [80, false],
    [8003, false],
    [8004, true],
  ])('%i: no Service leads there: %s', (port, expected) => {
    expect(codesOf(gateway(port), pods, service).includes('IST0162')).toBe(expected)
  })
})

it('an EnvoyFilter is told of each code once, with all patches', () => {
  const patch = (applyTo: string) => `{applyTo: ${applyTo}, patch: {operation: REPLACE, value: {name: ${applyTo}}}}`
  const patches = ['NETWORK_FILTER', 'VIRTUAL_HOST', 'CLUSTER'].map(patch).join(', ')
  const filter = `apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}\nspec: {configPatches: [${patches}]}`
  expect(codesOf(filter).filter((code) => code.startsWith('IST015'))).toEqual(['IST0151', 'IST0152'])
})

it('an empty label of a zone is none', () => {
  const objects = (region: string) => [
    'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{name: http, port: 80}]}',
    `apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {topology.kubernetes.io/region: "${region}"}}`,
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a}}\nspec: {nodeName: n, containers: [{name: a, image: a}]}',
    `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {host: a, subsets: [{name: s, labels: {topology.kubernetes.io/region: "${region}"}}]}`,
  ]
  expect(codesOf(...objects('north'))).not.toContain('IST0173')
  expect(codesOf(...objects(''))).toContain('IST0173')
})

it('traces to Lightstep are told of', () => {
  const mesh =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "extensionProviders: [{name: ls, lightstep: {service: a.b, port: 1, accessToken: x}}]"}'
  const telemetry = (provider: string) =>
    `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a}\nspec: {tracing: [{providers: [{name: ${provider}}]}]}`
  expect(codesOf(mesh, telemetry('ls'))).toContain('IST0002')
  expect(codesOf(mesh, telemetry('other'))).not.toContain('IST0002')
})

it('a certificate of a Gateway that has ended is told of', () => {
  const file = join(import.meta.dirname, '../examples/IST0161.yaml')
  const { fix } = exampleOf(readFileSync(file, 'utf8'))
  const codesAt = (now: string) => {
    const { subjects } = analysedDocuments(parseDocuments(fix, file))
    const found = analyze(
      [...defaultMesh(), ...subjects],
      allAnalyzers(() => Date.parse(now)),
    )
    return found.map(({ code }) => code)
  }
  expect(codesAt('2026-11-24')).not.toContain('IST0161')
  expect(codesAt('2500-01-01')).toContain('IST0161')
  expect(codesAt('2000-01-01')).toContain('IST0161')
})

it("what is wrong in the mesh's configuration is told of", () => {
  const mesh = (domain: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "trustDomain: ${domain}"}`
  expect(codesOf(mesh('example.com'))).not.toContain('IST0106')
  expect(codesOf(mesh('a/b'))).toContain('IST0106')
})
