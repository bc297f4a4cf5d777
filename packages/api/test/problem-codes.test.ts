import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROBLEM_CODES } from '../src/problem-codes.ts'

const SOURCE = resolve(import.meta.dirname, '../src')

/** Codes as they stand in the source: first argument of what reports, or a property. */
const CODE =
  /(?:\b(?:refuse|warn)\(\s*\w+,|\b(?:error|broken|problem)\(|\bcode:|\bYamlFault\(|\breportField\()\s*(?:'(?:error|warning)',\s*)?'([a-z]+(?:-[a-z0-9]+)*)'/g

describe('codes of problems', () => {
  const used = new Set(
    readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(SOURCE, file), 'utf8').matchAll(CODE)].map(([, code]) => code!)),
  )

  it('are all explained, and what is explained exists', () => {
    expect(used.size).toBeGreaterThan(50)
    expect([...used].filter((code) => !Object.hasOwn(PROBLEM_CODES, code))).toEqual([])
    const text = [...used].join()
    expect(Object.keys(PROBLEM_CODES).filter((code) => !used.has(code) && !text.includes(code))).toEqual([])
  })
})
