import { type Span, tagsOf } from '../../src/traces/span.ts'

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

let last = 0

/** A span as Zipkin would have it, of a millisecond. */
export function span(given: Partial<Omit<Span, 'tags'>> & { readonly tags?: Record<string, string> } = {}): Span {
  last += 1
  return {
    ...{
      traceId: TRACE_ID,
      id: last.toString(16).padStart(16, '0'),
      name: 'get /',
      timestamp: 1_000_000,
      duration: 1_000,
    },
    localEndpoint: { serviceName: 'shop' },
    ...given,
    tags: tagsOf(Object.entries(given.tags ?? {})),
  }
}

export function traceId(number: number): string {
  return (number + 1).toString(16).padStart(32, '0')
}
