import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { sharedData } from '../../../test/requirements.ts'
import { allAnalyzers, findAnalyzer } from '../src/analysis/all-analyzers.ts'
import { analyze } from '../src/analysis/analysis.ts'
import { writtenKind } from '../src/analysis/analyzed-kind.ts'
import { defaultMesh } from '../src/analysis/default-mesh.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'

/** A case of Istio's own tests: files, one analyzer, and what it has to find. */
interface Case {
  readonly id: string
  readonly name: string
  readonly analyzer: string
  readonly inputFiles: readonly string[]
  readonly meshConfigFile?: string
  readonly meshNetworksFile?: string
  readonly expected: readonly { readonly code: string; readonly kind: string; readonly resource: string }[]
}

/** Within the time of the certificates that are meant to be good. */
const NOW = Date.parse('2026-11-24')

const folder = sharedData('istio-data/analyzers')

describe.skipIf(folder === undefined)("Istio's analyzer cases", () => {
  const cases: readonly Case[] = folder ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) : []

  it.each(cases)('$id $analyzer: $name', (one) => {
    const analyzer = findAnalyzer(
      one.analyzer,
      allAnalyzers(() => NOW),
    )
    expect(analyzer?.name, 'the analyzer').toBeDefined()
    const files = [...one.inputFiles, one.meshConfigFile, one.meshNetworksFile].filter((file) => file !== undefined)
    const documents = files.flatMap((file) => parseDocuments(readFileSync(join(folder!, file), 'utf8'), file))
    const { subjects } = analysedDocuments(documents)
    const found = analyze([...defaultMesh(), ...subjects], [analyzer!])
    const names = found.map(({ code, subject }) => `${code} ${writtenKind(subject.kind)} ${subject.label}`)
    expect(names.sort()).toEqual(one.expected.map(({ code, kind, resource }) => `${code} ${kind} ${resource}`).sort())
  })
})
