import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allAnalyzers } from '../src/analysis/all-analyzers.ts'
import { Analysis, analyze } from '../src/analysis/analysis.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'
import type { Finding } from '../src/analysis/finding.ts'
import { exampleOf } from '../src/analysis/pages/example.ts'
import { findingJson } from '../src/analysis/report/finding-json.ts'
import { findingLine } from '../src/analysis/report/finding-line.ts'
import { sarif } from '../src/analysis/report/sarif.ts'
import { type Subject, subjectOf } from '../src/analysis/subject.ts'
import { parseSuppression } from '../src/analysis/suppression.ts'

const ANALYZERS = allAnalyzers(() => 0)

/** All objects of the examples, mistakes and fixes: they share names, so that changes of one matter to others. */
const OBJECTS: readonly Subject[] = readdirSync(join(import.meta.dirname, '../examples')).flatMap((file) => {
  const { mistake, fix } = exampleOf(readFileSync(join(import.meta.dirname, '../examples', file), 'utf8'))
  return [fix, mistake].flatMap((text) => analysedDocuments(parseDocuments(text, file)).subjects)
})

function lines(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ code, subject, path, message }) => `${code} ${subject.key} ${path} ${message}`)
}

function objects(yaml: string) {
  return analysedDocuments(parseDocuments(yaml, 'test.yaml'))
}

const BAD_ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop]
  http:
  - route:
    - destination: {host: nowhere}
`

describe('an analysis that goes on', () => {
  it('finds after any changes what a new one finds', () => {
    const step = fc.record({ object: fc.nat(OBJECTS.length - 1), gone: fc.boolean() })
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), (rounds) => {
        const going = new Analysis(ANALYZERS)
        const present = new Map<string, Subject>()
        for (const round of rounds) {
          for (const { object, gone } of round) {
            const subject = OBJECTS[object]!
            if (gone) {
              going.remove(subject)
              present.delete(subject.key)
            } else {
              going.set(subject)
              present.set(subject.key, subject)
            }
          }
          expect(lines(going.run()).toSorted()).toEqual(lines(analyze(present.values(), ANALYZERS)).toSorted())
        }
      }),
      { numRuns: 60 },
    )
  })

  it('tells each finding of a large file once', () => {
    const found = lines(analyze(OBJECTS, ANALYZERS))
    expect(found.length).toBeGreaterThan(40)
    expect(new Set(found).size).toBe(found.length)
  })
})

describe('any document', () => {
  it('is analysed without an exception, whatever its fields are', () => {
    const kinds = [...new Map(OBJECTS.map((one) => [one.kind, one])).values()]
    const garbage = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, '', 'x', '*', 0, -1, 80, true, '10s', 'shop'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 5 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.constantFrom(...kinds), garbage, garbage, garbage, (example, spec, status, rest) => {
        const { apiVersion, kind } = example.body
        const body = { ...(rest as object), apiVersion, kind, metadata: { name: 'x' }, spec, status }
        const subject = subjectOf(body)
        expect(() => analyze([...OBJECTS.slice(0, 20), ...(subject ? [subject] : [])], ANALYZERS)).not.toThrow()
      }),
      { numRuns: 300 },
    )
  })
})

/** Names that analyzers look for, so that garbage gets far. */
const FIELDS = [
  ...['hosts', 'gateways', 'exportTo', 'http', 'tcp', 'tls', 'match', 'route', 'destination', 'host', 'subset', 'port'],
  ...['number', 'weight', 'mirror', 'mirrors', 'headers', 'retries', 'attempts', 'perTryTimeout', 'timeout', 'fault'],
  ...['servers', 'selector', 'matchLabels', 'labels', 'workloadSelector', 'subsets', 'trafficPolicy', 'rules', 'from'],
  ...[
    'source',
    'namespaces',
    'to',
    'operation',
    'when',
    'values',
    'notValues',
    'template',
    'spec',
    'containers',
    'env',
  ],
  ...['configPatches', 'patch', 'operation', 'webhooks', 'clientConfig', 'data', 'stringData', 'tls.crt', 'tls.key'],
  ...['conditions', 'ports', 'addresses', 'networks', 'endpoints', 'versions', 'traffic', 'virtualService', 'canary'],
]

describe('suppression', () => {
  const { subjects } = objects(BAD_ROUTE)
  const codes = (...suppressions: string[]) =>
    analyze(subjects, ANALYZERS, suppressions.map(parseSuppression)).map(({ code }) => code)

  it('is by code and object, with wildcards', () => {
    expect(codes()).toEqual(['IST0101'])
    expect(codes('IST0101=VirtualService shop.default')).toEqual([])
    expect(codes('IST0101=VirtualService *.default')).toEqual([])
    expect(codes('IST0101=VirtualService sho*')).toEqual([])
    expect(codes('IST0101=VirtualService shop.other')).toEqual(['IST0101'])
    expect(codes('IST0101=Gateway shop.default')).toEqual(['IST0101'])
    expect(codes('IST0102=VirtualService shop.default')).toEqual(['IST0101'])
  })

  it('is by annotation on the object', () => {
    const annotated = (value: string) =>
      objects(
        BAD_ROUTE.replace('{name: shop}', `{name: shop, annotations: {galley.istio.io/analyze-suppress: "${value}"}}`),
      )
    const found = (value: string) => analyze(annotated(value).subjects, ANALYZERS).length
    expect([found('IST0101'), found('IST0102, IST0101'), found('*'), found('IST0102')]).toEqual([0, 0, 0, 1])
  })

  it('is refused where it means nothing', () => {
    for (const text of ['IST0101', 'IST9999=Pod x', 'IST0101=', 'a=b=c']) expect(() => parseSuppression(text)).toThrow()
  })
})

describe('a finding', () => {
  const { subjects, placeOf } = objects(BAD_ROUTE)
  const [finding] = analyze(subjects, ANALYZERS)
  const json = findingJson(finding!, placeOf(finding!.subject, finding!.path))

  it('has its place, and the object as it was written', () => {
    expect(json).toMatchObject({ code: 'IST0101', severity: 'error', kind: 'VirtualService', namespace: 'default' })
    expect(json).toMatchObject({
      resource: 'shop',
      file: 'test.yaml',
      line: 8,
      path: 'spec.http[0].route[0].destination.host',
    })
    expect(findingLine(json)).toBe('Error [IST0101] (VirtualService shop test.yaml:8) no service has host nowhere')
  })

  it('is a SARIF result at its line', () => {
    const log = sarif([json], '1.2.3') as { runs: { results: unknown[]; tool: { driver: { rules: unknown[] } } }[] }
    expect(log.runs[0]?.tool.driver.rules).toMatchObject([{ id: 'IST0101', defaultConfiguration: { level: 'error' } }])
    expect(log.runs[0]?.results).toMatchObject([
      {
        ruleId: 'IST0101',
        ruleIndex: 0,
        level: 'error',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'test.yaml' }, region: { startLine: 8 } } }],
      },
    ])
  })
})
