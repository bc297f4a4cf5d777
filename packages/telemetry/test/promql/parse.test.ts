import { MizzenError } from '@mizzen/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePromql } from '../../src/promql/parse.ts'
import { valueTypeOf } from '../../src/promql/value-type.ts'

function refusal(expression: string): string {
  try {
    parsePromql(expression)
    return 'taken'
  } catch (error) {
    expect((error as MizzenError).code).toBe('promql-syntax')
    return (error as Error).message
  }
}

describe('parsing PromQL', () => {
  it.each([
    ['', '1:1: parse error: no expression found in input'],
    ['sum(', '1:5: parse error: unexpected end of input'],
    ['foo{bar="x"', '1:12: parse error: unexpected end of input in label matching, expected ","'],
    ['foo\n  bar', '2:3: parse error: unexpected "bar"'],
    ['foo{a=~"("}', '1:8: parse error: error parsing regexp: missing closing ): `^(?s:()$`'],
    ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['rate(foo)', '1:1: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['nope(foo)', '1:1: parse error: unknown function with name "nope"'],
    ['foo[5mm]', '1:5: parse error: bad number or duration syntax: "5mm"'],
    ['foo[0s]', '1:7: parse error: duration must be greater than 0'],
    ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['1 and foo', '1:3: parse error: set operator "and" not allowed in binary scalar expression'],
    ['foo and on(a) group_left bar', '1:15: parse error: no grouping allowed for "and" operation'],
    ['"open', '1:1: parse error: unterminated quoted string'],
    ['foo offset 5m offset 1m', '1:15: parse error: offset may not be set multiple times'],
    ['sum(foo) offset 5m', '1:10: parse error: offset and @ must be preceded by a selector or a subquery'],
  ])('%s', (expression, message) => {
    expect(refusal(expression)).toBe(message)
  })

  it('refuses regular expressions that take long to compile', () => {
    const pattern = '((x{10}y{10}){10}z){10}'
    expect(refusal(`foo{a=~"${pattern}"}`)).toBe('taken')
    const many = Array.from({ length: 80 }, () => `a=~"${pattern}"`).join()
    expect(refusal(`foo{${many}}`)).toMatch(/too complex/)
    expect(refusal(`label_replace(foo, "a", "", "b", "${pattern.repeat(80)}")`)).toMatch(/too complex/)
  })

  it('ends at a depth, whatever is nested', () => {
    const deep = 100_000
    for (const text of [
      '('.repeat(20_000),
      '-'.repeat(20_000),
      'abs('.repeat(10_000),
      '1+'.repeat(20_000),
      '1^'.repeat(20_000),
    ]) {
      expect(refusal(text)).toMatch(/levels of nesting|unexpected/)
    }
    expect(refusal('x'.repeat(deep))).toMatch(/longer than 65536 characters/)
  })

  it('gives a type or a refusal for anything at all', () => {
    const word = fc.constantFrom(
      'foo',
      'sum',
      'by',
      '(',
      ')',
      '[5m]',
      '{a="b"}',
      '+',
      '-',
      'offset',
      '@',
      '1',
      'rate',
      ',',
      'bool',
      '==',
      '"s"',
      '#',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 12 }), (words) => {
        try {
          expect(['scalar', 'vector', 'matrix', 'string']).toContain(valueTypeOf(parsePromql(words.join(' '))))
        } catch (error) {
          expect(error).toBeInstanceOf(MizzenError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
