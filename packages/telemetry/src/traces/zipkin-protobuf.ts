import { MizzenError } from '@mizzen/base'
import { WireCursor } from '../ingest/wire-cursor.ts'
import { partsOf } from '../ingest/wire-parts.ts'
import {
  type Annotation,
  type Endpoint,
  MAX_ANNOTATIONS,
  MAX_NAME,
  MAX_VALUE,
  type Span,
  type SpanKind,
  spanKey,
  tagsOf,
  traceKey,
} from './span.ts'

const KINDS: readonly (SpanKind | undefined)[] = [undefined, 'CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']

/**
 * Reads `zipkin.proto3.ListOfSpans`: spans 1. Throws MizzenError `bad-message`: nothing of such a list is taken.
 * https://github.com/openzipkin/zipkin-api/blob/master/zipkin.proto
 */
export function* readZipkinProtobuf(list: Buffer): Generator<Span> {
  let index = 0
  for (const span of partsOf(list, 1)) {
    yield readSpan(span, `spans[${index}]`)
    index += 1
  }
}

/** A span's fields as they are read, those that repeat apart. */
interface SpanParts {
  traceId: string
  id: string
  parentId: string
  name: string
  kind: number
  timestamp: bigint
  duration: number
  localEndpoint: Endpoint | undefined
  remoteEndpoint: Endpoint | undefined
  shared: boolean
  readonly annotations: Annotation[]
  readonly tags: (readonly [name: string, value: string])[]
}

function readSpan(bytes: Buffer, path: string): Span {
  const { annotations, tags, timestamp, duration, shared, kind, ...parts } = readParts(bytes)
  return {
    traceId: idAt(parts.traceId, [16, 32], traceKey, `${path}.trace_id`),
    id: idAt(parts.id, [16], spanKey, `${path}.id`),
    parentId: /^0*$/.test(parts.parentId) ? undefined : idAt(parts.parentId, [16], spanKey, `${path}.parent_id`),
    name: parts.name.slice(0, MAX_NAME),
    kind: KINDS[kind],
    timestamp: timestamp === 0n ? undefined : Number(timestamp),
    duration: duration === 0 ? undefined : duration,
    localEndpoint: parts.localEndpoint,
    remoteEndpoint: parts.remoteEndpoint,
    annotations: annotations.length === 0 ? undefined : annotations,
    tags: tagsOf(tags),
    shared: shared ? true : undefined,
  }
}

function readParts(bytes: Buffer): SpanParts {
  const parts: SpanParts = {
    ...{ traceId: '', id: '', parentId: '', name: '', kind: 0, timestamp: 0n, duration: 0, shared: false },
    ...{ localEndpoint: undefined, remoteEndpoint: undefined, annotations: [], tags: [] },
  }
  const cursor = new WireCursor(bytes)
  while (cursor.next()) {
    if (cursor.field === 1) parts.traceId = cursor.part().toString('hex')
    else if (cursor.field === 2) parts.parentId = cursor.part().toString('hex')
    else if (cursor.field === 3) parts.id = cursor.part().toString('hex')
    else if (cursor.field === 4) parts.kind = cursor.varint()
    else if (cursor.field === 5) parts.name = cursor.text()
    else if (cursor.field === 6) parts.timestamp = cursor.fixed64()
    else if (cursor.field === 7) parts.duration = cursor.varint()
    else if (cursor.field === 8) parts.localEndpoint = readEndpoint(cursor.part())
    else if (cursor.field === 9) parts.remoteEndpoint = readEndpoint(cursor.part())
    else if (cursor.field === 10) readAnnotation(cursor.part(), parts.annotations)
    else if (cursor.field === 11) parts.tags.push(readTag(cursor.part()))
    else if (cursor.field === 13) parts.shared = cursor.varint() !== 0
    else cursor.skip()
  }
  return parts
}

/** Service name 1, four bytes of IPv4 2, sixteen of IPv6 3, port 4. */
function readEndpoint(bytes: Buffer): Endpoint {
  const cursor = new WireCursor(bytes)
  let endpoint: Endpoint = {}
  while (cursor.next()) {
    if (cursor.field === 1) endpoint = { ...endpoint, serviceName: cursor.text().slice(0, MAX_NAME) || undefined }
    else if (cursor.field === 2) endpoint = { ...endpoint, ipv4: ipv4Text(cursor.part()) }
    else if (cursor.field === 3) endpoint = { ...endpoint, ipv6: ipv6Text(cursor.part()) }
    else if (cursor.field === 4) endpoint = { ...endpoint, port: cursor.varint() || undefined }
    else cursor.skip()
  }
  return endpoint
}

function ipv4Text(bytes: Buffer): string | undefined {
  return bytes.length === 4 ? bytes.join('.') : undefined
}

/** RFC 5952: a URL's host is written so, in brackets. */
function ipv6Text(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined
  const groups = bytes.toString('hex').match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** Timestamp 1, value 2. */
function readAnnotation(bytes: Buffer, into: Annotation[]): void {
  const cursor = new WireCursor(bytes)
  let timestamp = 0
  let value = ''
  while (cursor.next()) {
    if (cursor.field === 1) timestamp = Number(cursor.fixed64())
    else if (cursor.field === 2) value = cursor.text().slice(0, MAX_VALUE)
    else cursor.skip()
  }
  if (into.length < MAX_ANNOTATIONS) into.push({ timestamp, value })
}

/** An entry of a map: key 1, value 2. */
function readTag(bytes: Buffer): readonly [string, string] {
  const cursor = new WireCursor(bytes)
  let name = ''
  let value = ''
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.text()
    else if (cursor.field === 2) value = cursor.text()
    else cursor.skip()
  }
  return [name, value]
}

/** @param digits how many there may be */
function idAt(
  text: string,
  digits: readonly number[],
  keyOf: (text: string) => string | undefined,
  path: string,
): string {
  const key = digits.includes(text.length) ? keyOf(text) : undefined
  if (key !== undefined) return key
  const bytes = digits.map((count) => count / 2).join(' or ')
  throw new MizzenError('bad-message', `${path} must be ${bytes} bytes, and not all zero`, { path })
}
