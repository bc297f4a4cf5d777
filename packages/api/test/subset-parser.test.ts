import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { sharedData } from '../../../test/requirements.ts'
import { splitDocuments } from '../src/yaml/split-documents.ts'
import { OutsideSubset, YamlFault } from '../src/yaml/subset/outcome.ts'
import { SubsetOffsets } from '../src/yaml/subset/subset-offsets.ts'
import { SubsetParser } from '../src/yaml/subset/subset-parser.ts'
import { TextCursor } from '../src/yaml/subset/text-cursor.ts'

const OUTSIDE = Symbol('outside')

function ours(text: string): unknown {
  try {
    return new SubsetParser(new TextCursor(text), 64).document() ?? null
  } catch (signal) {
    if (signal instanceof OutsideSubset) return OUTSIDE
    if (signal instanceof YamlFault) return signal.code
    throw signal
  }
}

function theirs(text: string): unknown {
  const options = { merge: true, prettyErrors: false, logLevel: 'silent' } as const
  try {
    const documents = parseAllDocuments(text, options)
    const [first] = documents
    const [error] = first?.errors ?? []
    // Found before anybody sees that another document follows.
    if (error?.code === 'DUPLICATE_KEY') return 'duplicate-key'
    if (documents.length > 1) return 'several documents'
    if (error !== undefined) return `error: ${error.message}`
    return first?.toJS() ?? null
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}

/** Pieces of YAML, right and wrong, that a text is put together from. */
const PIECES =
  'a|b|key|x y|1|-1|1.5|0x1|.5|1e3|null|~|true|no|: |:|\n|\n|\n|\n  |\n    |\n |- |-|  | |# c| # c|"q"|\'s\'|"a b"|\'it\'\'s\'|"\\n"|[|]|{|}|,|, |>|>-|\n  l1\n  l2|---|...|\t|?|? |&a|*a|!!str|%|@|"|\'|\\|\r\n|é|=|<<|[a, b]|{a: 1}|a: b\n|- c\n|a:\n  |-\n|""|\'\'|012|+1|1_000|.inf|a: '
    .split('|')
    .concat('|', '|-', '|+', 'a: |\n  ')

describe('the subset of YAML', () => {
  it('is read as the library reads it, whatever is put together', () => {
    const same = property(array(constantFrom(...PIECES), { minLength: 1, maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      const value = ours(text)
      if (value !== OUTSIDE) expect({ text, value }).toEqual({ text, value: theirs(text) })
    })
    assert(same, { numRuns: 3_000 })
  })

  const data = sharedData('istio-data')
  it.skipIf(data === undefined)("holds all but a few of Istio's manifests, and reads them as the library", () => {
    const files = readdirSync(data!, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file))
    const parts = files.flatMap((file) => splitDocuments(readFileSync(join(data!, file), 'utf8')))
    const outside = parts.filter(({ text }) => {
      const value = ours(text)
      if (value !== OUTSIDE) expect(value).toEqual(theirs(text))
      return value === OUTSIDE
    })
    console.log(`subset of YAML: ${parts.length - outside.length} of ${parts.length} documents are in it`)
    expect(outside.length).toBeLessThan(parts.length / 100)
  })

  it.each([
    ['a: &x 1', 3],
    ['a: b: c', 4],
    ['a:\n  b: 1\n c: 2', 11],
    ['a: [1, 2', 8],
    ['%YAML 1.2\n---\na: 1', 0],
  ])('%j is outside, from character %d on', (text, offset) => {
    let at: number | undefined
    try {
      new SubsetParser(new TextCursor(text), 64).document()
    } catch (signal) {
      at = (signal as OutsideSubset).offset
    }
    expect(at).toBe(offset)
  })

  it('knows the places of keys and items', () => {
    const text = 'a:\n- b: 1\n  c: [x, {d: y}]\n-\n'
    const value = { a: [{ b: 1, c: ['x', { d: 'y' }] }, null] }
    const offsets = new SubsetOffsets(text, value, 0, 64)
    const rest = (...steps: (string | number)[]) => text.slice(offsets.find(steps)).split('\n')[0]
    expect(rest('a')).toBe('a:')
    expect(rest('a', 0)).toBe('- b: 1'.slice(2))
    expect(rest('a', 0, 'c')).toBe('c: [x, {d: y}]')
    expect(rest('a', 0, 'c', 1, 'd')).toBe('d: y}]')
    expect(rest('a', 0, 'none', 'deeper')).toBe('b: 1')
    const paths = [['a', 0, 'c', 1, 'd'], ['a'], [], ['a', 0, 'none', 'deeper'], ['a', 1], ['a', 0, 'c', 7]]
    expect(offsets.findAll(paths)).toEqual(paths.map((steps) => offsets.find(steps)))
  })
})
