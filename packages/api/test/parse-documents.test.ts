import { formatPlace } from '@mizzen/base'
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../src/index.ts'

const pod = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: app}]}\n`
const names = (text: string) => parseDocuments(text, 'f.yaml').map(({ resource }) => resource?.metadata.name)
const findings = (text: string) =>
  parseDocuments(text, 'f.yaml').flatMap(({ problems }) =>
    problems.map(({ place, severity, code, path }) => `${formatPlace(place!)} ${severity} ${code} ${path}`.trim()),
  )

describe('documents', () => {
  it('come one or many to a file, in YAML or JSON, and empty ones are skipped', () => {
    expect(names(`# only a comment\n---\n---\n${pod('a')}---\n${pod('b')}...\n---\n# end\n`)).toEqual(['a', 'b'])
    expect(names(`%YAML 1.2\n---\n${pod('a')}`)).toEqual(['a'])
    expect(names(`\uFEFF${pod('a')}`)).toEqual(['a'])
    expect(names(pod('a').replaceAll('\n', '\r\n'))).toEqual(['a'])
    const json = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'app' }] } }
    expect(names(JSON.stringify(json, null, '\t'))).toEqual(['a'])
    expect(names('')).toEqual([])
  })

  it('are taken out of lists, with their places', () => {
    const item = (name: string) => `- {apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {prts: []}}\n`
    const text = `apiVersion: v1\nkind: List\nitems:\n${item('a')}${item('b')}`
    expect(names(text)).toEqual(['a', 'b'])
    expect(findings(text)).toEqual([
      'f.yaml:4:63 warning unknown-field spec.prts',
      'f.yaml:5:63 warning unknown-field spec.prts',
    ])
  })

  it('know the place of every field, and of what is not there that of what surrounds it', () => {
    const [document] = parseDocuments(`---\n${pod('a')}`, 'f.yaml')
    expect(document!.place).toEqual({ file: 'f.yaml', line: 2, column: 1 })
    expect(formatPlace(document!.placeOf('spec.containers[0].name'))).toBe('f.yaml:5:22')
    expect(formatPlace(document!.placeOf('spec.containers[0].image'))).toBe('f.yaml:5:21')
    expect(formatPlace(document!.placeOf('spec.containers[7]'))).toBe('f.yaml:5:8')
    const labelled = pod('a').replace('{name: a}', '{name: a, labels: {"app.kubernetes.io/name": "-"}}')
    expect(findings(labelled)).toEqual(['f.yaml:3:30 error bad-label metadata.labels["app.kubernetes.io/name"]'])
  })

  it.each([
    ['a: [1', 'f.yaml:1:6 error yaml-syntax'],
    ['a: "', 'f.yaml:1:5 error yaml-syntax'],
    ['a: 1\n b: 2', 'f.yaml:1:4 error yaml-syntax'],
    ['a: 1\nb: 2\na: 3', 'f.yaml:3:1 error duplicate-key'],
    ['a: *x', 'f.yaml:1:1 error bad-alias'],
    ['hello', 'f.yaml:1:1 error not-an-object'],
    ['- 1', 'f.yaml:1:1 error not-an-object'],
    ['replicas: 1', 'f.yaml:1:1 warning not-a-manifest'],
    ['kind: Pod', 'f.yaml:1:1 error missing-field apiVersion'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {containers: []}', 'f.yaml:3:1 error missing-field metadata.name'],
    ['apiVersion: v1\nkind: Pod\nmetadata: x\nspec: {containers: []}', 'f.yaml:3:1 error wrong-type metadata'],
    ['apiVersion: networking.istio.io/v1\nkind: VirtualServise', 'f.yaml:2:1 error unknown-kind kind'],
    ['apiVersion: networking.istio.io/v9\nkind: VirtualService', 'f.yaml:1:1 error unknown-version apiVersion'],
    ['apiVersion: v1\nkind: VirtualService', 'f.yaml:1:1 error unknown-version apiVersion'],
    ['apiVersion: telemetry.istio.io/v1\nkind: ProxyConfig', 'f.yaml:1:1 error unknown-version apiVersion'],
    ['apiVersion: gateway.networking.k8s.io/v7\nkind: Gateway', 'f.yaml:1:1 error unknown-version apiVersion'],
    ['apiVersion: example.org/v1\nkind: Thing', 'f.yaml:2:1 warning unknown-kind kind'],
    ['apiVersion: v1\nkind: PersistentVolume', 'f.yaml:2:1 warning unknown-kind kind'],
    ['apiVersion: gateway.networking.k8s.io/v1\nkind: TlsRoute', 'f.yaml:2:1 error unknown-kind kind'],
  ])('%j gives one finding with its place', (text, finding) => {
    expect(findings(text)).toEqual([finding])
  })

  it('do not spoil their neighbours', () => {
    expect(names(`${pod('a')}---\nkind: [\n---\n${pod('b')}`)).toEqual(['a', undefined, 'b'])
  })

  it('have bounds', () => {
    const codes = (text: string, limits = {}) =>
      parseDocuments(text, 'f', limits).flatMap(({ problems }) => problems.map(({ code }) => code))
    expect(codes('['.repeat(100_000))).toEqual(['too-deep'])
    expect(codes('- '.repeat(100_000))).toEqual(['too-deep'])
    expect(codes(`a: ${'['.repeat(70)}${']'.repeat(70)}`)).toEqual(['too-deep'])
    expect(codes('a: &a [*a]')).toEqual(['too-deep'])
    const level = (index: number) => `b${index}: &b${index} [${`*b${index - 1}, `.repeat(9)}]`
    expect(codes(['b0: &b0 [x]', ...Array.from({ length: 9 }, (_, index) => level(index + 1))].join('\n'))).toEqual([
      'bad-alias',
    ])
    expect(codes(`a: ${'x'.repeat(200)}`, { maxDocument: 100 })).toEqual(['too-large'])
    expect(codes(pod('a').concat('---\n').repeat(5), { maxDocuments: 3 })).toEqual(['too-many-documents'])
  })

  it('of any text never throw, and every problem has a place in the file', () => {
    const lines = property(string({ unit: 'grapheme', maxLength: 200 }), (text) =>
      parseDocuments(text, 'f').every(({ problems }) =>
        problems.every(({ place }) => place!.line >= 1 && place!.column >= 1),
      ),
    )
    assert(lines)
  })
})
