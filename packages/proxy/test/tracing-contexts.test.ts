import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeaderList } from '../src/http/header-list.ts'
import { extractB3, injectB3 } from '../src/tracing/b3-headers.ts'
import type { SpanContext } from '../src/tracing/span-context.ts'
import { extractTraceParent, injectTraceParent, injectTraceState } from '../src/tracing/w3c-headers.ts'

function headersOf(fields: Readonly<Record<string, string>>): HeaderList {
  const headers = new HeaderList()
  for (const [name, value] of Object.entries(fields)) headers.append(name, value)
  return headers
}

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
    .filter((id) => !/^0+$/.test(id))

const contexts: fc.Arbitrary<SpanContext> = fc.record({
  traceId: fc.oneof(hex(16), hex(32)),
  spanId: hex(16),
  parentId: fc.oneof(fc.constant(''), hex(16)),
  sampled: fc.boolean(),
  kind: fc.constantFrom('client' as const, 'server' as const),
  remoteParent: fc.boolean(),
  state: fc.constant('a=b'),
  single: fc.boolean(),
})

/** Texts near what is right, and far from it. */
const values = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.stringMatching(/^[0-9a-fA-F-]{0,70}$/),
  fc.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{16}-[01dx](-[0-9a-f]{14,18})?$/),
  fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
)

describe('B3', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const headers = new HeaderList()
        injectB3(headers, context)
        const { traceId, spanId, parentId, sampled, single } = context
        expect(extractB3(headers)).toEqual({ traceId, spanId, parentId, sampled, single })
      }),
    )
  })

  it('is a context or none, whatever a caller says', () => {
    const names = ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled']
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), values), (fields) => {
        const context = extractB3(headersOf(fields))
        if (context === null) return
        expect(context.traceId).toMatch(/^([0-9a-f]{16}([0-9a-f]{16})?)?$/)
        expect(context.spanId).toMatch(context.traceId === '' ? /^$/ : /^[0-9a-f]{16}$/)
        expect(context.parentId).toMatch(/^([0-9a-f]{16})?$/)
      }),
    )
  })
})

describe("W3C's headers", () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const headers = new HeaderList()
        injectTraceParent(headers, context)
        injectTraceState(headers, context)
        const { traceId, spanId, sampled, state } = context
        expect(extractTraceParent(headers)).toEqual({ traceId: traceId.padStart(32, '0'), spanId, sampled, state })
      }),
    )
  })

  it('are a context or none, whatever a caller says', () => {
    fc.assert(
      fc.property(values, (traceparent) => {
        const parent = extractTraceParent(headersOf({ traceparent }))
        if (parent === null) return
        expect(parent?.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
        expect(parent?.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
      }),
    )
  })
})
