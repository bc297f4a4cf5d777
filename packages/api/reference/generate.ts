/**
 * Writes docs/reference from the schemas: one page for each kind, one for the mesh's configuration, one for the codes of
 * problems. `--check` writes nothing, and fails if a page is not what it would be.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { kinds } from '../src/index.ts'
import { indexPage, kindPage, meshPages, pageName, problemPage } from './pages.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const TARGET = join(ROOT, 'docs/reference')
const EXAMPLES = join(import.meta.dirname, 'examples')

function pages(): ReadonlyMap<string, string> {
  const example = (id: string) => readFileSync(join(EXAMPLES, `${id}.yaml`), 'utf8')
  return new Map([
    ['README.md', indexPage(kinds)],
    ...kinds.map((kind) => [pageName(kind), kindPage(kind, example(kind.id))] as const),
    ...meshPages(example('ConfigMap')),
    ['problem-codes.md', problemPage()],
  ])
}

/** Pages of others are in folders. */
function writtenPages(): readonly string[] {
  return existsSync(TARGET) ? readdirSync(TARGET).filter((file) => file.endsWith('.md')) : []
}

const wanted = pages()
const stale = writtenPages().filter((file) => !wanted.has(file))
const different = [...wanted].filter(([file, text]) => {
  const path = join(TARGET, file)
  return !existsSync(path) || readFileSync(path, 'utf8') !== text
})

if (process.argv.includes('--check')) {
  const names = [...stale, ...different.map(([file]) => file)]
  if (names.length > 0) {
    process.stderr.write(`docs/reference differs from the schemas: ${names.join(', ')}\nrun: npm run reference\n`)
    process.exitCode = 1
  }
} else {
  mkdirSync(TARGET, { recursive: true })
  for (const file of stale) rmSync(join(TARGET, file))
  for (const [file, text] of different) writeFileSync(join(TARGET, file), text)
}
