/** Fields by number: trace.proto, common.proto and resource.proto of github.com/open-telemetry/opentelemetry-proto. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Span } from '../tracer.ts'
import { id, message, text } from './protobuf-fields.ts'

export interface OtlpSender {
  /** Of the resource. */
  readonly attributes: ReadonlyMap<string, string>
  /** The instrumentation scope; undefined = it has no name. */
  readonly scope: { readonly name: string; readonly version: string } | undefined
}

const KINDS = { server: 2, client: 3 } as const
const STATUS_ERROR = 2
const NANOS = 1_000_000n

/** opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest. */
export function encodeExportRequest(spans: readonly Span[], { attributes, scope }: OtlpSender): Uint8Array {
  const request = new BinaryWriter()
  message(request, 1, (resourceSpans) => {
    message(resourceSpans, 1, (resource) => {
      for (const [key, value] of attributes) attribute(resource, 1, key, value)
    })
    message(resourceSpans, 2, (scopeSpans) => {
      if (scope !== undefined) {
        message(scopeSpans, 1, (named) => {
          text(named, 1, scope.name)
          text(named, 2, scope.version)
        })
      }
      for (const span of spans) message(scopeSpans, 2, (writer) => writeSpan(writer, span))
    })
  })
  return request.finish()
}

function writeSpan(writer: BinaryWriter, span: Span): void {
  const { traceId, spanId, parentId, state, kind } = span.context
  id(writer, 1, traceId)
  id(writer, 2, spanId)
  if (state !== '') text(writer, 3, state)
  if (parentId !== '') id(writer, 4, parentId)
  text(writer, 5, span.name)
  writer.tag(6, WireType.Varint).int32(KINDS[kind])
  time(writer, 7, span.startMs)
  time(writer, 8, span.endMs)
  for (const [key, value] of span.tags) attribute(writer, 9, key, value)
  for (const { name, atMs } of span.events) {
    message(writer, 11, (event) => {
      time(event, 1, atMs)
      text(event, 2, name)
    })
  }
  if (isError(span)) message(writer, 15, (status) => status.tag(3, WireType.Varint).int32(STATUS_ERROR))
  writer.tag(16, WireType.Bit32).fixed32(flagsOf(span))
}

/** W3C's flags; bit 8: it is known whether the parent is remote, bit 9: it is. */
function flagsOf({ context: { sampled, remoteParent } }: Span): number {
  return (sampled ? 0x1 : 0) | 0x100 | (remoteParent ? 0x200 : 0)
}

/** Servers' errors that are not their callers' (gRPC conventions of OpenTelemetry). */
const SERVER_GRPC_ERRORS: ReadonlySet<string> = new Set(['2', '4', '12', '13', '14', '15'])

/** By OpenTelemetry's conventions for HTTP and gRPC: a client's span has failed with any error that it was told. */
function isError({ context: { kind }, tags }: Span): boolean {
  const status = Number(tags.get('http.status_code') ?? 0)
  if (status >= (kind === 'client' ? 400 : 500)) return true
  const grpc = tags.get('grpc.status_code')
  if (grpc === undefined) return false
  return kind === 'client' ? grpc !== '0' : SERVER_GRPC_ERRORS.has(grpc)
}

/** KeyValue with a string. */
function attribute(writer: BinaryWriter, field: number, key: string, value: string): void {
  message(writer, field, (pair) => {
    text(pair, 1, key)
    message(pair, 2, (any) => text(any, 1, value))
  })
}

/** Nanoseconds, of which microseconds are known. */
function time(writer: BinaryWriter, field: number, ms: number): void {
  const whole = Math.floor(ms)
  writer.tag(field, WireType.Bit64).fixed64(BigInt(whole) * NANOS + BigInt(Math.round((ms - whole) * 1000)) * 1000n)
}
