import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { specOf, type TranslatedJson, translateFor } from '../src/index.ts'

/**
 * Each file in `golden/` is input, a line of dashes, and the output. The input's first two lines are comments: the proxy,
 * and which types are shown. `UPDATE_GOLDEN=1` writes the outputs anew; read the difference before you keep it.
 */
const DIRECTORY = join(import.meta.dirname, 'golden')
const RULE = `${'-'.repeat(60)}\n`
const UPDATE = process.env.UPDATE_GOLDEN === '1'

function directive(input: string, name: string): string {
  const found = new RegExp(`^# ${name}: (.*)$`, 'm').exec(input)?.[1]
  if (found === undefined) throw new Error(`the golden file has no line "# ${name}: …"`)
  return found
}

function translate(file: string, input: string): string {
  const documents = parseDocuments(input, file)
  expect(documents.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error')).toEqual([])
  const objects = documents.flatMap(({ resource }) => resource ?? [])
  const translated = translateFor(objects, specOf(parse(directive(input, 'proxy'))))
  const shown = directive(input, 'show').split(/,\s*/) as (keyof TranslatedJson)[]
  return stringify(Object.fromEntries(shown.map((type) => [type, translated[type]])), { lineWidth: 0 })
}

describe('translation', () => {
  for (const file of readdirSync(DIRECTORY)) {
    it(basename(file, '.golden'), () => {
      const path = join(DIRECTORY, file)
      const [input = '', expected = ''] = readFileSync(path, 'utf8').split(RULE)
      const actual = translate(file, input)
      if (UPDATE) writeFileSync(path, input + RULE + actual)
      else expect(actual).toBe(expected)
    })
  }
})
