import { WireCursor } from '../ingest/wire-cursor.ts'
import { partsOf } from '../ingest/wire-parts.ts'
import { parseRaw } from './json-numbers.ts'
import { type JsonObject, listAt, objectAt } from './json-shape.ts'
import { traceKey } from './span.ts'
import { varint } from './wire-message.ts'

/** Whether the spans of a trace are passed on. */
export type IsSampled = (traceId: string) => boolean

/**
 * An ExportTraceServiceRequest without the spans that are not sampled; all else in it stays as it came, byte for byte.
 * Undefined: no span is left. Throws MizzenError `bad-message`.
 */
export function sampledProtobuf(request: Buffer, isSampled: IsSampled): Buffer | undefined {
  const span = (bytes: Buffer) => (isSampledSpan(bytes, isSampled) ? bytes : undefined)
  const scopeSpans = (bytes: Buffer) => withParts(bytes, 2, span)
  const resourceSpans = (bytes: Buffer) => withParts(bytes, 2, scopeSpans)
  return withParts(request, 1, resourceSpans)
}

/** A span without ids is none: it was rejected. */
function isSampledSpan(span: Buffer, isSampled: IsSampled): boolean {
  const [traceId] = partsOf(span, 1)
  const [spanId] = partsOf(span, 2)
  if (traceId?.length !== 16 || spanId?.length !== 8) return false
  const key = traceKey(traceId.toString('hex'))
  return key !== undefined && isSampled(key)
}

/** The same for Zipkin's ListOfSpans, of which every span has its ids. */
export function sampledZipkinProtobuf(list: Buffer, isSampled: IsSampled): Buffer | undefined {
  return withParts(list, 1, (span) => {
    const traceId = [...partsOf(span, 1)].at(-1)?.toString('hex') ?? ''
    return isSampled(traceId.padStart(32, '0')) ? span : undefined
  })
}

/** The message with each part of `field` replaced by what `change` makes of it, or left out; undefined if none is left. */
function withParts(message: Buffer, field: number, change: (part: Buffer) => Buffer | undefined): Buffer | undefined {
  const cursor = new WireCursor(message)
  const pieces: Buffer[] = []
  let left = false
  for (let from = 0; cursor.next(); from = cursor.pos) {
    if (cursor.field !== field) {
      cursor.skip()
      pieces.push(message.subarray(from, cursor.pos))
      continue
    }
    const part = cursor.part()
    const changed = change(part)
    if (changed === undefined) continue
    left = true
    if (changed === part) pieces.push(message.subarray(from, cursor.pos))
    else pieces.push(varint((field << 3) | 2), varint(changed.length), changed)
  }
  if (!left) return undefined
  const result = Buffer.concat(pieces)
  // The same object tells that nothing was left out.
  return result.length === message.length ? message : result
}

/** The same for OTLP's JSON; what is not known there stays. Throws MizzenError `bad-message`. */
export function sampledOtlpJson(text: string, isSampled: IsSampled): string | undefined {
  const request = objectAt(parseRaw(text), 'the request')
  const resourceSpans = withLists(request.resourceSpans, 'scopeSpans', (scopeSpans) =>
    withLists(scopeSpans, 'spans', (spans) => listAt(spans, 'spans').filter((span) => isSampledJson(span, isSampled))),
  )
  return resourceSpans.length === 0 ? undefined : JSON.stringify({ ...request, resourceSpans })
}

/** The same for Zipkin's JSON. */
export function sampledZipkinJson(text: string, isSampled: IsSampled): string | undefined {
  const spans = listAt(parseRaw(text), 'the request').filter((span) => isSampledJson(span, isSampled))
  return spans.length === 0 ? undefined : JSON.stringify(spans)
}

/** Each entry with its list `name` changed; those whose list is then empty are left out. */
function withLists(entries: unknown, name: string, change: (list: unknown) => readonly unknown[]): JsonObject[] {
  return listAt(entries, name).flatMap((given) => {
    const entry = objectAt(given, name)
    const list = change(entry[name])
    return list.length === 0 ? [] : [{ ...entry, [name]: list }]
  })
}

function isSampledJson(span: unknown, isSampled: IsSampled): boolean {
  const { traceId } = objectAt(span, 'a span')
  const key = typeof traceId === 'string' ? traceKey(traceId) : undefined
  return key !== undefined && isSampled(key)
}
