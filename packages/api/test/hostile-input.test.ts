import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../src/index.ts'
import { GOOD_DOCUMENT, HOSTILE_DOCUMENTS } from './hostile-documents.ts'

const ERRORS = (text: string) =>
  parseDocuments(text, 'f.yaml').map(({ problems }) => problems.filter(({ severity }) => severity === 'error'))

// How long each takes is `npm run bench -- validation`'s to measure.
describe('a hostile document', () => {
  it.each(Object.keys(HOSTILE_DOCUMENTS))(
    'of %s is refused with its place, and the next good one is served',
    (name) => {
      const { text, code } = HOSTILE_DOCUMENTS[name]!
      const results = ERRORS(`${text()}\n---\n${GOOD_DOCUMENT}`)
      const [first] = results[0]!
      expect(results[0]!.map((problem) => problem.code)).toContain(code)
      expect(results[0]!.length).toBeLessThanOrEqual(101)
      expect(first!.message.length).toBeLessThan(300)
      expect(first!.place!.line).toBeGreaterThan(0)
      expect(results.at(-1)).toEqual([])
    },
  )

  it('is one of 10,000 in a file, at most', () => {
    const text = `${GOOD_DOCUMENT}---\n`.repeat(10_001)
    const documents = parseDocuments(text, 'f.yaml')
    expect(documents).toHaveLength(10_001)
    expect(documents[9_999]!.problems).toEqual([])
    expect(documents[10_000]!.problems).toMatchObject([{ code: 'too-many-documents' }])
  })

  it('that is long and plain is read', () => {
    const labels = Array.from({ length: 20_000 }, (_, index) => `    label-${index}: value-${index}`).join('\n')
    const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n${labels}\nspec: {containers: [{name: app}]}\n`
    expect(ERRORS(text)).toEqual([[]])
  })
})
