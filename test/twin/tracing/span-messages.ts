/** Reads the messages that spans come in: opentelemetry-proto trace.proto and zipkin-api zipkin.proto, by field numbers. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

type Json = unknown
type Fields = Readonly<Record<number, readonly [name: string, kind: Kind]>>
type Kind = 'text' | 'hex' | 'varint' | 'fixed64' | 'fixed32' | 'bytes' | 'double' | Fields

const ANY_VALUE: Fields = {
  1: ['string', 'text'],
  2: ['bool', 'varint'],
  3: ['int', 'varint'],
  4: ['double', 'double'],
}
const KEY_VALUE: Fields = { 1: ['key', 'text'], 2: ['value', ANY_VALUE] }
const EVENT: Fields = { 1: ['time', 'fixed64'], 2: ['name', 'text'], 3: ['attributes', KEY_VALUE] }
const STATUS: Fields = { 2: ['message', 'text'], 3: ['code', 'varint'] }
const SPAN: Fields = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'text'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'text'],
  6: ['kind', 'varint'],
  7: ['start', 'fixed64'],
  8: ['end', 'fixed64'],
  9: ['attributes', KEY_VALUE],
  11: ['events', EVENT],
  15: ['status', STATUS],
  16: ['flags', 'fixed32'],
}
const SCOPE: Fields = { 1: ['name', 'text'], 2: ['version', 'text'] }
const SCOPE_SPANS: Fields = { 1: ['scope', SCOPE], 2: ['spans', SPAN], 3: ['schemaUrl', 'text'] }
const RESOURCE: Fields = { 1: ['attributes', KEY_VALUE] }
const RESOURCE_SPANS: Fields = { 1: ['resource', RESOURCE], 2: ['scopeSpans', SCOPE_SPANS], 3: ['schemaUrl', 'text'] }
const EXPORT: Fields = { 1: ['resourceSpans', RESOURCE_SPANS] }

const ENDPOINT: Fields = { 1: ['serviceName', 'text'], 2: ['ipv4', 'hex'], 3: ['ipv6', 'hex'], 4: ['port', 'varint'] }
const ANNOTATION: Fields = { 1: ['timestamp', 'fixed64'], 2: ['value', 'text'] }
const TAG: Fields = { 1: ['key', 'text'], 2: ['value', 'text'] }
const ZIPKIN_SPAN: Fields = {
  1: ['traceId', 'hex'],
  2: ['parentId', 'hex'],
  3: ['id', 'hex'],
  4: ['kind', 'varint'],
  5: ['name', 'text'],
  6: ['timestamp', 'fixed64'],
  7: ['duration', 'varint'],
  8: ['localEndpoint', ENDPOINT],
  9: ['remoteEndpoint', ENDPOINT],
  10: ['annotations', ANNOTATION],
  11: ['tags', TAG],
  12: ['debug', 'varint'],
  13: ['shared', 'varint'],
}
const LIST_OF_SPANS: Fields = { 1: ['spans', ZIPKIN_SPAN] }

type Message = Readonly<Record<string, readonly Json[]>>

/** The spans of an ExportTraceServiceRequest, each with its resource and scope. */
export function decodeExportRequest(bytes: Uint8Array): readonly Readonly<Record<string, Json>>[] {
  const all = (message: Message | undefined, name: string) => (message?.[name] ?? []) as readonly Message[]
  return all(read(bytes, EXPORT), 'resourceSpans').flatMap((resourceSpans) =>
    all(resourceSpans, 'scopeSpans').flatMap((scopeSpans) =>
      all(scopeSpans, 'spans').map(({ status, ...span }) => ({
        ...span,
        // An empty one says what none says.
        ...(status?.some((one) => Object.keys(one as object).length > 0) ? { status } : {}),
        resource: all(resourceSpans, 'resource').flatMap((resource) => all(resource, 'attributes').map(withoutProgram)),
        resourceSchema: resourceSpans.schemaUrl,
        hasScope: all(scopeSpans, 'scope').some(({ name }) => name !== undefined),
        scopeSchema: scopeSpans.schemaUrl,
      })),
    ),
  )
}

/** What is told of the program that tells is its own. */
function withoutProgram(attribute: Message): Message {
  return String(attribute.key?.[0]).startsWith('telemetry.sdk.') ? { ...attribute, value: ['*'] } : attribute
}

/** The spans of a zipkin.proto3.ListOfSpans. */
export function decodeZipkinList(bytes: Uint8Array): readonly Readonly<Record<string, Json>>[] {
  return (read(bytes, LIST_OF_SPANS).spans ?? []) as readonly Message[]
}

/** Every field is a list of what was there, in order. Fields that are not known are shown by number. */
function read(bytes: Uint8Array, fields: Fields): Message {
  const reader = new BinaryReader(bytes)
  const message: Record<string, Json[]> = {}
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const field = fields[number]
    const name = field?.[0] ?? `field ${number}`
    const values = (message[name] ??= [])
    if (field === undefined) values.push(Buffer.from(reader.skip(wireType)).toString('hex'))
    else values.push(readValue(reader, wireType, field[1]))
  }
  return message
}

function readValue(reader: BinaryReader, wireType: WireType, kind: Kind): Json {
  if (typeof kind === 'object') return read(reader.bytes(), kind)
  if (kind === 'text') return reader.string()
  if (kind === 'varint') return String(reader.uint64())
  if (kind === 'fixed64') return String(reader.fixed64())
  if (kind === 'fixed32') return wireType === WireType.Bit32 ? reader.fixed32() : String(reader.uint64())
  if (kind === 'double') return reader.double()
  return Buffer.from(reader.bytes()).toString('hex')
}
