/**
 * A span in the form of Zipkin's model, in which it is stored and asked for: written as JSON it is what Zipkin's API says.
 * https://zipkin.io/zipkin-api/#/default/post_spans
 */
export interface Span {
  /** 32 lower-case hex digits; an id of 16 has zeros before it. */
  readonly traceId: string
  /** 16 lower-case hex digits, as `parentId`. */
  readonly id: string
  readonly parentId?: string | undefined
  readonly name: string
  readonly kind?: SpanKind | undefined
  /** Microseconds since the epoch. */
  readonly timestamp?: number | undefined
  /** Microseconds. */
  readonly duration?: number | undefined
  readonly localEndpoint?: Endpoint | undefined
  readonly remoteEndpoint?: Endpoint | undefined
  readonly annotations?: readonly Annotation[] | undefined
  /** Without prototype: their names are anybody's. */
  readonly tags: Tags
  /** The server's part of a span that the client began. */
  readonly shared?: boolean | undefined
}

export type SpanKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER'
export type Tags = Readonly<Record<string, string>>

export interface Endpoint {
  readonly serviceName?: string | undefined
  readonly ipv4?: string | undefined
  readonly ipv6?: string | undefined
  readonly port?: number | undefined
}

export interface Annotation {
  /** Microseconds since the epoch. */
  readonly timestamp: number
  readonly value: string
}

/** Longest name of a span or service, characters. */
export const MAX_NAME = 256
const MAX_KEY = 256
/** Longest value of a tag or annotation, characters. */
export const MAX_VALUE = 4_096
const MAX_TAGS = 128
/** Annotations of a span; further ones are left out, as further tags are. */
export const MAX_ANNOTATIONS = 128

export function tagsOf(pairs: Iterable<readonly [name: string, value: string]>): Tags {
  const tags: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of pairs) {
    if (count >= MAX_TAGS) break
    tags[name.slice(0, MAX_KEY)] = value.slice(0, MAX_VALUE)
    count += 1
  }
  return tags
}

/** 16 and 32 digits are the same trace where the first 16 are zeros. Undefined = not an id, or one of zeros. */
export function traceKey(text: string): string | undefined {
  return /^[0-9a-f]{1,32}$/i.test(text) && /[^0]/.test(text) ? text.toLowerCase().padStart(32, '0') : undefined
}

export function spanKey(text: string): string | undefined {
  return /^[0-9a-f]{1,16}$/i.test(text) && /[^0]/.test(text) ? text.toLowerCase().padStart(16, '0') : undefined
}

/** Zipkin's rule: a tag `error`, whatever its value; some write `false`. */
export function isFailedSpan({ tags }: Span): boolean {
  return tags.error !== undefined && tags.error !== 'false'
}

/** About what a span takes of memory, bytes. */
export function spanBytes({ name, tags, annotations = [] }: Span): number {
  let characters = name.length
  for (const tag in tags) characters += tag.length + (tags[tag] as string).length + 32
  for (const { value } of annotations) characters += value.length + 32
  return 400 + 2 * characters
}
