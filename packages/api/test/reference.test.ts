import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kindPage } from '../reference/pages.ts'
import { findKind, kinds, parseDocuments } from '../src/index.ts'

const EXAMPLES = resolve(import.meta.dirname, '../reference/examples')
const example = (id: string) => readFileSync(join(EXAMPLES, `${id}.yaml`), 'utf8')

describe('the reference', () => {
  it.each(kinds.map(({ id }) => id))('has an example of %s that is valid, without a warning', (id) => {
    const documents = parseDocuments(example(id), 'f.yaml')
    const problems = documents.flatMap((document) => document.problems).filter(({ severity }) => severity !== 'info')
    expect(problems).toEqual([])
    expect(documents.map(({ resource }) => resource?.kind)).toContain(kinds.find((kind) => kind.id === id)!.kind)
  })

  it('tells of every field its type, default and what excludes it', () => {
    const page = kindPage(findKind('vs')!, example('VirtualService'))
    expect(page).toContain('| `spec.http[].retries.backoff` | duration | `"25ms"` |')
    expect(page).toContain(
      '| `spec.http[].match[].headers.*.exact` | text |  | The whole text. Not with prefix, regex. |',
    )
    expect(page).toContain('`networking.istio.io/v1alpha3`')
  })
})
