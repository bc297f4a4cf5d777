import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { isPlainRegex } from '../src/rules/plain-regex.ts'

// biome-ignore format: words of the syntax, and what is nearly one
const PARTS = ['a', 'z', '0', '-', '_', '/', '\\', '\\d', '\\b', '\\.', '\\-', '[', '[^', '[]', ']', '(', '(?:', '(?i)', '(?', ')', '|', '*', '+', '?', '??', '{2}', '{3,}', '{2,5}', '{5,2}', '{40}', '{1001}', '{', '}', ',', '^', '$', 'é', '😀', ':', '[a-z]', '[A-Z0-9._-]', '[[:alpha:]]', '[b-a]', '[a-\\d]', ' ']

describe('an expression that is plain', () => {
  it('compiles', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PARTS), { maxLength: 7 }), (parts) => {
        const regex = parts.join('')
        if (isPlainRegex(regex)) expect(() => RE2JS.compile(regex), regex).not.toThrow()
      }),
      { numRuns: 5_000 },
    )
  })

  it.each(['^/api/v[0-9]+/.*$', '^(alice|bob-1)$', '(a{20}){20}', '.*\\.example\\.com', '(?:GET|POST)', '[^/]+', ''])(
    '%s is',
    (regex) => {
      expect(isPlainRegex(regex)).toBe(true)
    },
  )

  it.each(['(?i)a', 'a**', '(a{40}){40}', '[[:alpha:]]', '\\pL', '(', ')', '*a', '[z-a]', 'a{2,1}', '[^]'])(
    '%s is not, or not surely',
    (regex) => {
      expect(isPlainRegex(regex)).toBe(false)
    },
  )
})
