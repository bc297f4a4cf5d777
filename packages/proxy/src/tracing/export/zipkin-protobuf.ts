/** Fields by number: zipkin.proto of github.com/openzipkin/zipkin-api. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Span } from '../tracer.ts'
import { id, message, text } from './protobuf-fields.ts'
import { type ZipkinEndpoint, zipkinAnnotations, zipkinTimes } from './zipkin-json.ts'

const KINDS = { client: 1, server: 2 } as const

/** zipkin.proto3.ListOfSpans. */
export function encodeZipkinProtobuf(
  spans: readonly Span[],
  endpoint: ZipkinEndpoint,
  sharedSpanContext: boolean,
): Uint8Array {
  const list = new BinaryWriter()
  for (const span of spans) message(list, 1, (writer) => writeSpan(writer, span, endpoint, sharedSpanContext))
  return list.finish()
}

function writeSpan(writer: BinaryWriter, span: Span, endpoint: ZipkinEndpoint, sharedSpanContext: boolean): void {
  const { traceId, spanId, parentId, kind } = span.context
  const { timestamp, duration } = zipkinTimes(span)
  id(writer, 1, traceId)
  if (parentId !== '') id(writer, 2, parentId)
  id(writer, 3, spanId)
  writer.tag(4, WireType.Varint).int32(KINDS[kind])
  text(writer, 5, span.name)
  writer.tag(6, WireType.Bit64).fixed64(timestamp)
  writer.tag(7, WireType.Varint).uint64(duration)
  message(writer, 8, (local) => writeEndpoint(local, endpoint))
  for (const annotation of zipkinAnnotations(span)) {
    message(writer, 10, (entry) => {
      entry.tag(1, WireType.Bit64).fixed64(annotation.timestamp)
      text(entry, 2, annotation.value)
    })
  }
  for (const [name, value] of span.tags) if (value !== '') pair(writer, 11, name, value)
  if (kind === 'server' && sharedSpanContext) writer.tag(13, WireType.Varint).bool(true)
}

function writeEndpoint(writer: BinaryWriter, { serviceName, ipv4 }: ZipkinEndpoint): void {
  if (serviceName !== '') text(writer, 1, serviceName)
  writer.tag(2, WireType.LengthDelimited).bytes(Uint8Array.from(ipv4.split('.'), Number))
}

function pair(writer: BinaryWriter, field: number, key: string, value: string): void {
  message(writer, field, (entry) => {
    text(entry, 1, key)
    text(entry, 2, value)
  })
}
