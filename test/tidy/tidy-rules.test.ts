/** The scanners that the tidy rules stand on find what they are to find. */
import { describe, expect, it } from 'vitest'
import { findCycles } from './cycles.ts'
import { isThere, mentionsIn } from './documents.ts'
import { importsOf } from './imports.ts'
import { codeOnly, lineAt } from './source-text.ts'

describe('importsOf', () => {
  it('finds static, re-exporting, bare and dynamic imports', () => {
    const source = [
      `import { a, type B, c as d } from './x.ts'`,
      `import type { E } from "@mizzen/base"`,
      `import * as fs from 'node:fs'`,
      `import 'side-effect'`,
      `export {\n  f,\n} from './y.ts'`,
      `export const load = () => import('./z.ts')`,
    ].join('\n')
    expect(importsOf(source).map(({ specifier, names, line }) => [specifier, names.join(), line])).toEqual([
      ['./x.ts', 'a,B,c', 1],
      ['@mizzen/base', 'E', 2],
      ['node:fs', '', 3],
      ['side-effect', '', 4],
      ['./y.ts', 'f', 5],
      ['./z.ts', '', 8],
    ])
  })

  it('finds none in comments and after other exports', () => {
    const source = `// import { a } from './x.ts'\n/* import './y.ts' */\nexport const from = 1\nconst text = 'x'\n`
    expect(importsOf(source)).toEqual([])
  })
})

describe('codeOnly', () => {
  it('blanks comments, strings and regular expressions, and keeps positions', () => {
    const source = `const a = 'Date.now' // Date.now\nconst b = /Date.now'/g\nconst c = Date.now() / 2 / 1\n`
    const code = codeOnly(source, 'blank')
    expect(code).toHaveLength(source.length)
    expect([...code.matchAll(/Date\.now/g)].map((match) => lineAt(code, match.index))).toEqual([3])
  })

  it('keeps strings if asked', () => {
    expect(codeOnly(`import 'x' // y`, 'keep')).toBe(`import 'x'     `)
  })
})

describe('findCycles', () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges))

  it('finds none in a diamond', () => {
    expect(findCycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([])
  })

  it('names the files of a cycle', () => {
    expect(findCycles(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual([['b', 'c', 'b']])
  })
})

describe('mentionsIn', () => {
  it('finds links and names of files, and tells which are there', () => {
    const files = ['docs/a.md', 'docs/more/b.md', 'packages/x/src/deep/c.ts', 'packages/x/src/d.ts']
    const document =
      'see [a](../a.md), [more](../more/#top), [none](gone.md), [web](https://a.b/c.md), `deep/c.ts`, `e.ts`, `c`'
    const mentions = mentionsIn(document).map((mention) => [mention.name, isThere(mention, 'docs/more/b.md', files)])
    expect(mentions).toEqual([
      ['../a.md', true],
      ['../more/', true],
      ['gone.md', false],
      ['deep/c.ts', true],
      ['e.ts', false],
    ])
  })
})
