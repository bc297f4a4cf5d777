import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { allAnalyzers } from '../src/analysis/all-analyzers.ts'
import { analyze } from '../src/analysis/analysis.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'

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
