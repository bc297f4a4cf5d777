/**
 * `node scripts/analysis-pages.ts`: writes docs/reference/analysis from the table of codes and the examples. A test
 * fails while they differ.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { analysisPages } from '@mizzen/validation'

const ROOT = resolve(import.meta.dirname, '..')
const folder = join(ROOT, 'docs/reference/analysis')

mkdirSync(folder, { recursive: true })
const pages = analysisPages((code) => {
  const file = join(ROOT, `packages/validation/examples/${code}.yaml`)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
})
for (const [name, text] of pages) writeFileSync(join(folder, name), text)
process.stdout.write(`${pages.size} pages in docs/reference/analysis\n`)
