import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { allAnalyzers } from '../src/analysis/all-analyzers.ts'
import { analyze } from '../src/analysis/analysis.ts'
import { CODES, type Code } from '../src/analysis/codes/codes.ts'
import { defaultMesh } from '../src/analysis/default-mesh.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'
import { exampleOf } from '../src/analysis/pages/example.ts'

/** Codes that no file alone can show. */
const WITHOUT_EXAMPLE: readonly Code[] = ['IST0001', 'MZN0108']

const NOW = Date.parse('2026-11-24')

function codesIn(text: string, file: string): ReadonlySet<string> {
  const { subjects } = analysedDocuments(parseDocuments(text, file))
  const findings = analyze(
    [...defaultMesh(), ...subjects],
    allAnalyzers(() => NOW),
  )
  return new Set(findings.map(({ code }) => code))
}

describe('the example of each code', () => {
  const codes = (Object.keys(CODES) as Code[]).filter((code) => !WITHOUT_EXAMPLE.includes(code))

  it.each(codes)('%s is found in the mistake, and not in the fix', (code) => {
    const file = join(import.meta.dirname, `../examples/${code}.yaml`)
    const { mistake, fix } = exampleOf(readFileSync(file, 'utf8'))
    expect(codesIn(mistake, file)).toContain(code)
    expect(codesIn(fix, file)).not.toContain(code)
  })
})
