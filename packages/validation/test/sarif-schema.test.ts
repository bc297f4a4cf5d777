import { createRequire } from 'node:module'
import { parseDocuments } from '@mizzen/api'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { expect, it } from 'vitest'
import { allAnalyzers, analysedDocuments, analyze, findingJson, sarif } from '../src/index.ts'

// OASIS publishes the schema; this package carries a copy.
const SCHEMA = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object

it('a SARIF log is one by its schema', () => {
  // Its patterns are written for expressions without Unicode; `strict` asks for more than the draft does.
  const ajv = new Ajv.default({ strict: false, unicodeRegExp: false })
  addFormats.default(ajv)
  const isSarif = ajv.compile(SCHEMA)
  const text =
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: [a], http: []}'
  const { subjects } = analysedDocuments(parseDocuments(text, 'odd name é.yaml'))
  const findings = analyze(subjects, allAnalyzers(Date.now)).map((finding) => findingJson(finding))
  const placed = findings.map((one) => ({ ...one, file: 'odd name é.yaml', line: 1, column: 1 }))
  expect(findings).not.toEqual([])
  for (const all of [[], findings, placed]) {
    isSarif(JSON.parse(JSON.stringify(sarif(all, '1.0.0'))))
    expect(isSarif.errors).toBeNull()
  }
})
