import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { analysisPages } from '../src/analysis/pages/reference-pages.ts'

const folder = join(import.meta.dirname, '../../../docs/reference/analysis')

it('the pages about findings are those that node scripts/analysis-pages.ts writes', () => {
  const pages = analysisPages((code) => {
    const file = join(import.meta.dirname, `../examples/${code}.yaml`)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  })
  const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)
  expect(new Map(written)).toEqual(new Map([...pages].toSorted()))
})
