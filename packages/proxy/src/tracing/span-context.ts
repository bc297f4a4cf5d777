import type { Random } from '@mizzen/base'

/** What is told of a span to those who continue its trace. All ids are lower-case hexadecimal digits. */
export interface SpanContext {
  /** 32 digits, or 16 of Zipkin's. */
  readonly traceId: string
  /** 16 digits. */
  readonly spanId: string
  /** '' = none. */
  readonly parentId: string
  /** Its spans are told. */
  readonly sampled: boolean
  readonly kind: 'client' | 'server'
  /** The parent is a span of another process. */
  readonly remoteParent: boolean
  /** W3C's tracestate, as it came. */
  readonly state: string
  /** B3 in one header, as the caller has it. */
  readonly single: boolean
}

/** A new id of 16 digits. For telling spans apart, not for secrets. */
export function createSpanId(random: Random): string {
  return word(random) + word(random)
}

function word(random: Random): string {
  return ((random() * 0x1_0000_0000) >>> 0).toString(16).padStart(8, '0')
}
