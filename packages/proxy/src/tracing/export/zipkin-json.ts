import type { Span } from '../tracer.ts'

/** Who tells, as Zipkin's `localEndpoint`. */
export interface ZipkinEndpoint {
  readonly serviceName: string
  /** An IPv4 address. */
  readonly ipv4: string
}

/** A list of spans of Zipkin's API v2. @param sharedSpanContext servers' spans have the ids of their clients' */
export function encodeZipkinJson(
  spans: readonly Span[],
  { serviceName, ipv4 }: ZipkinEndpoint,
  sharedSpanContext: boolean,
): Uint8Array {
  const localEndpoint = { ipv4, port: 0, ...(serviceName === '' ? {} : { serviceName }) }
  return Buffer.from(JSON.stringify(spans.map((span) => ({ ...spanFields(span, sharedSpanContext), localEndpoint }))))
}

function spanFields(span: Span, sharedSpanContext: boolean) {
  const { context, name, tags } = span
  const { traceId, spanId, parentId, kind } = context
  return {
    traceId,
    id: spanId,
    ...(parentId === '' ? {} : { parentId }),
    kind: kind === 'client' ? 'CLIENT' : 'SERVER',
    ...(name === '' ? {} : { name }),
    ...(kind === 'server' && sharedSpanContext ? { shared: true } : {}),
    ...zipkinTimes(span),
    annotations: zipkinAnnotations(span),
    tags: Object.fromEntries([...tags].filter(([, value]) => value !== '')),
  }
}

/** Microseconds. */
export function zipkinTimes({ startMs, endMs }: Span): { readonly timestamp: number; readonly duration: number } {
  return { timestamp: Math.round(startMs * 1000), duration: Math.max(1, Math.round((endMs - startMs) * 1000)) }
}

/** Events, and the end in the words of Zipkin's first version, as Envoy has it: client received, server sent. */
export function zipkinAnnotations(span: Span): readonly { readonly timestamp: number; readonly value: string }[] {
  const all = [...span.events, { name: span.context.kind === 'client' ? 'cr' : 'ss', atMs: span.endMs }]
  return all.map(({ name, atMs }) => ({ timestamp: Math.round(atMs * 1000), value: name }))
}
