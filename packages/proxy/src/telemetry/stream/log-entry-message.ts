import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { metadataText } from '../../config/metadata-value.ts'
import type { LogTag, Metadata, StreamLogConfig } from '../../config/model.ts'
import { type Exchange, ResponseFlag } from '../../http/exchange.ts'
import { grpcStatus } from '../../http/grpc.ts'
import type { Headers } from '../../http/headers.ts'
import type { CertificateIdentity } from '../../tls/certificate-identity.ts'

type StreamLog = StreamLogConfig['stream']

/** envoy.config.core.v3.RequestMethod */
const METHODS = ['', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']
/** envoy.data.accesslog.v3.HTTPAccessLogEntry.HTTPVersion */
const VERSIONS: Readonly<Record<string, number>> = { 'HTTP/1.0': 1, 'HTTP/1.1': 2, 'HTTP/2': 3 }
/** Longest text of one field, characters: who calls decides how long paths and headers are. */
const MAX_TEXT = 4_096

/** Field numbers of envoy.data.accesslog.v3.ResponseFlags. `unauthorized_details` (13) is a message. */
const FLAG_FIELDS: readonly (readonly [bit: number, field: number])[] = [
  [ResponseFlag.UH, 2],
  [ResponseFlag.UT, 3],
  [ResponseFlag.UR, 5],
  [ResponseFlag.UF, 6],
  [ResponseFlag.UC, 7],
  [ResponseFlag.UO, 8],
  [ResponseFlag.NR, 9],
  [ResponseFlag.DI, 10],
  [ResponseFlag.FI, 11],
  [ResponseFlag.RL, 12],
  [ResponseFlag.DC, 15],
  [ResponseFlag.URX, 16],
  [ResponseFlag.SI, 17],
  [ResponseFlag.DPE, 19],
  [ResponseFlag.UMSDR, 20],
  [ResponseFlag.DT, 23],
  [ResponseFlag.UPE, 24],
  [ResponseFlag.NC, 25],
  [ResponseFlag.OM, 26],
  [ResponseFlag.DF, 27],
  [ResponseFlag.DR, 28],
]

/**
 * One `log_entry` of envoy.service.accesslog.v3.StreamAccessLogsMessage: an HTTPAccessLogEntry, or a TCPAccessLogEntry of a
 * connection.
 * @param sampleRate part of the requests of its kind that are logged, above 0 and up to 1
 */
export function encodeLogEntry(exchange: Exchange, config: StreamLog, sampleRate: number): Uint8Array {
  const entry = new BinaryWriter()
  message(entry, 1, (common) => writeCommon(common, exchange, config, sampleRate))
  if (exchange.protocol === '') {
    message(entry, 2, (connection) => {
      number(connection, 1, exchange.requestBytes)
      number(connection, 2, exchange.responseBytes)
    })
    return entry.finish()
  }
  number(entry, 2, VERSIONS[exchange.protocol] ?? 0)
  message(entry, 3, (request) => writeRequest(request, exchange, config))
  message(entry, 4, (response) => writeResponse(response, exchange, config))
  return entry.finish()
}

/** AccessLogCommon */
function writeCommon(writer: BinaryWriter, exchange: Exchange, { tags }: StreamLog, sampleRate: number): void {
  const { startedAt, endedAt } = exchange
  writer.tag(1, WireType.Bit64).double(sampleRate)
  address(writer, 2, exchange.downstreamRemoteAddress)
  address(writer, 3, exchange.downstreamLocalAddress)
  const tls = exchange.connection?.tls ?? null
  if (tls !== null) {
    message(writer, 4, (properties) => {
      text(properties, 3, tls.serverName)
      certificate(properties, 4, tls.local)
      certificate(properties, 5, tls.peer)
    })
  }
  time(writer, 5, exchange.startTimeMs)
  time(writer, 6, exchange.requestEndAt - startedAt)
  time(writer, 7, exchange.upstreamStartAt - startedAt)
  time(writer, 9, exchange.upstreamHeadAt - startedAt)
  time(writer, 11, exchange.responseStartAt - startedAt)
  time(writer, 12, endedAt - startedAt)
  address(writer, 13, exchange.upstreamHost)
  address(writer, 14, exchange.upstreamLocalAddress)
  text(writer, 15, exchange.cluster?.name ?? '')
  if (exchange.flags !== 0) message(writer, 16, (flags) => writeFlags(flags, exchange.flags))
  text(writer, 18, exchange.upstreamFailure)
  text(writer, 19, exchange.route?.name ?? '')
  for (const tag of tags) pair(writer, 22, tag.name, tagValue(tag, exchange))
  time(writer, 23, endedAt - startedAt)
  number(writer, 24, exchange.upstreamAttempts)
  text(writer, 25, exchange.connectionTerminationDetails)
  text(writer, 26, exchange.requestId)
}

/** HTTPRequestProperties */
function writeRequest(writer: BinaryWriter, exchange: Exchange, { requestHeaders }: StreamLog): void {
  const { requestHeaders: headers } = exchange
  number(writer, 1, Math.max(0, METHODS.indexOf(exchange.method)))
  text(writer, 2, exchange.scheme)
  octets(writer, 3, exchange.authority)
  octets(writer, 5, exchange.path)
  octets(writer, 6, headers.get('user-agent') ?? '')
  octets(writer, 7, headers.get('referer') ?? '')
  text(writer, 8, headers.get('x-forwarded-for') ?? '')
  octets(writer, 9, exchange.requestId)
  octets(writer, 10, headers.get('x-envoy-original-path') ?? '')
  number(writer, 11, exchange.requestHeadBytes)
  number(writer, 12, exchange.requestBytes)
  pairs(writer, 13, headers, requestHeaders)
  // What the enumeration lacks.
  if (!METHODS.includes(exchange.method)) pair(writer, 13, ':method', exchange.method, octets)
}

/** HTTPResponseProperties */
function writeResponse(writer: BinaryWriter, exchange: Exchange, config: StreamLog): void {
  const { status, responseHeaders, responseTrailers } = exchange
  if (status !== 0) message(writer, 1, (wrapped) => number(wrapped, 1, status))
  number(writer, 2, exchange.responseHeadBytes)
  number(writer, 3, exchange.responseBytes)
  if (responseHeaders !== null) pairs(writer, 4, responseHeaders, config.responseHeaders)
  pairs(writer, 5, responseTrailers, config.responseTrailers)
  // Calls that plain HTTP answered have a status too; who counts by it must see the same.
  if (config.responseTrailers.includes('grpc-status') && responseTrailers.get('grpc-status') === undefined) {
    const meant = responseHeaders?.get('grpc-status') === undefined ? grpcStatus(exchange) : undefined
    if (meant !== undefined) pair(writer, 5, 'grpc-status', String(meant))
  }
  text(writer, 6, exchange.details)
}

function writeFlags(writer: BinaryWriter, flags: number): void {
  for (const [bit, field] of FLAG_FIELDS) if ((flags & bit) !== 0) number(writer, field, 1)
  if ((flags & ResponseFlag.UAEX) !== 0) message(writer, 13, (details) => number(details, 1, 1))
}

/** TLSProperties.CertificateProperties: subject_alt_name 1 (uri 1). */
function certificate(writer: BinaryWriter, field: number, identity: CertificateIdentity | null): void {
  if (identity === null) return
  message(writer, field, (properties) => {
    for (const uri of identity.uriSans) message(properties, 1, (san) => text(san, 1, uri))
  })
}

/** '' = none. */
function tagValue(tag: LogTag, exchange: Exchange): string {
  if ('literal' in tag) return tag.literal
  return metadataText(metadataOf(tag.of, exchange), [tag.namespace, ...tag.path]) ?? tag.otherwise
}

function metadataOf(kind: 'host' | 'cluster' | 'route', exchange: Exchange): Metadata | undefined {
  if (kind === 'host') return exchange.endpoint?.metadata
  return kind === 'cluster' ? exchange.cluster?.metadata : exchange.route?.metadata
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}

/** Of a request or response: one byte a character, most often UTF-8. */
function octets(writer: BinaryWriter, field: number, value: string): void {
  text(writer, field, /[\x80-\xff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value)
}

function text(writer: BinaryWriter, field: number, value: string): void {
  if (value === '') return
  const short = value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value
  writer.tag(field, WireType.LengthDelimited).string(short)
}

function number(writer: BinaryWriter, field: number, value: number): void {
  if (value > 0) writer.tag(field, WireType.Varint).int64(Math.floor(value))
}

function pair(writer: BinaryWriter, field: number, key: string, value: string, write = text): void {
  if (value === '') return
  message(writer, field, (entry) => {
    text(entry, 1, key)
    write(entry, 2, value)
  })
}

function pairs(writer: BinaryWriter, field: number, headers: Headers, names: readonly string[]): void {
  for (const name of names) pair(writer, field, name, headers.get(name) ?? '', octets)
}

/** Duration or Timestamp: seconds 1, nanos 2. NaN = it did not happen. */
function time(writer: BinaryWriter, field: number, ms: number): void {
  if (!(ms >= 0)) return
  const seconds = Math.floor(ms / 1_000)
  message(writer, field, (duration) => {
    number(duration, 1, seconds)
    number(duration, 2, Math.floor((ms - seconds * 1_000) * 1e6))
  })
}

/** Address: socket_address 1 (address 2, port_value 3). */
function address(writer: BinaryWriter, field: number, hostPort: string): void {
  const colon = hostPort.lastIndexOf(':')
  if (colon === -1) return
  message(writer, field, (outer) => {
    message(outer, 1, (socket) => {
      text(socket, 2, hostPort.slice(0, colon).replace(/^\[(.*)\]$/, '$1'))
      number(socket, 3, Number(hostPort.slice(colon + 1)))
    })
  })
}
