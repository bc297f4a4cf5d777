import { MizzenError } from '@mizzen/base'
import { metadataValue } from '../config/metadata-value.ts'
import type { Metadata } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { grpcStatus } from '../http/grpc.ts'
import type { Headers } from '../http/headers.ts'
import type { Command } from './format-template.ts'
import { compileGrpcStatus } from './grpc-status-format.ts'
import { formatFlags, formatLongFlags, formatTcpFlags } from './response-flags.ts'
import { compileTimeFormat } from './time-format.ts'
import { TLS_COMMANDS } from './tls-commands.ts'
import { asWireText } from './wire-text.ts'

/**
 * One value of an exchange; undefined = there is none (`-` in a log, nothing in a header). Values of metadata are as they
 * are in JSON.
 */
export type Extractor = (exchange: Exchange) => string | number | boolean | object | undefined

/** Builds the extractor of one command; `path` is the place of the template, for errors. */
type Compile = (command: Command, path: string) => Extractor

/** Envoy's command operators (configuration/observability/access_log/usage). What has no source yet yields no value. */
const COMMANDS: Readonly<Record<string, Compile>> = {
  START_TIME: ({ args }, path) => {
    const format = compileTimeFormat(args, path)
    return (exchange) => format(exchange.startTimeMs)
  },
  EMIT_TIME: ({ args }, path) => {
    const format = compileTimeFormat(args, path)
    return (exchange) => format(exchange.startTimeMs + orZero(exchange.endedAt - exchange.startedAt))
  },
  REQ: (command, path) => headerCommand(command, path, requestField),
  RESP: (command, path) => headerCommand(command, path, responseField),
  TRAILER: (command, path) => headerCommand(command, path, trailerField),
  PROTOCOL: plain((exchange) => orNone(exchange.protocol)),
  RESPONSE_CODE: plain((exchange) => exchange.status),
  RESPONSE_CODE_DETAILS: ({ args }) =>
    args === 'ALLOW_WHITESPACES' ? (exchange) => orNone(exchange.details) : (exchange) => joined(exchange.details),
  CONNECTION_TERMINATION_DETAILS: plain((exchange) => orNone(exchange.connectionTerminationDetails)),
  RESPONSE_FLAGS: plain((exchange) =>
    exchange.protocol === '' ? formatTcpFlags(exchange.flags) : formatFlags(exchange.flags),
  ),
  RESPONSE_FLAGS_LONG: plain((exchange) => formatLongFlags(exchange.flags)),
  BYTES_RECEIVED: plain((exchange) => exchange.requestBytes),
  BYTES_SENT: plain((exchange) => exchange.responseBytes),
  DURATION: plain((exchange) => elapsed(exchange.startedAt, exchange.endedAt)),
  REQUEST_DURATION: plain((exchange) => elapsed(exchange.startedAt, exchange.requestEndAt)),
  REQUEST_TX_DURATION: plain((exchange) => elapsed(exchange.startedAt, exchange.requestEndAt)),
  RESPONSE_DURATION: plain((exchange) => elapsed(exchange.startedAt, exchange.upstreamHeadAt)),
  RESPONSE_TX_DURATION: plain((exchange) => elapsed(exchange.upstreamHeadAt, exchange.endedAt)),
  UPSTREAM_HOST: plain((exchange) => orNone(exchange.upstreamHost)),
  // The other end of a connection, so there must be one.
  ...addressCommands('UPSTREAM_REMOTE_ADDRESS', ({ upstreamLocalAddress, upstreamHost }) => {
    return upstreamLocalAddress === '' ? '' : upstreamHost
  }),
  ...addressCommands('UPSTREAM_LOCAL_ADDRESS', (exchange) => exchange.upstreamLocalAddress),
  ...addressCommands('DOWNSTREAM_REMOTE_ADDRESS', (exchange) => exchange.downstreamRemoteAddress),
  ...addressCommands('DOWNSTREAM_DIRECT_REMOTE_ADDRESS', ({ connection, downstreamRemoteAddress }) => {
    return connection?.remote ?? downstreamRemoteAddress
  }),
  ...addressCommands('DOWNSTREAM_LOCAL_ADDRESS', (exchange) => exchange.downstreamLocalAddress),
  UPSTREAM_CLUSTER: plain((exchange) => exchange.cluster?.altStatName || exchange.cluster?.name),
  UPSTREAM_CLUSTER_RAW: plain((exchange) => exchange.cluster?.name),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: plain((exchange) => exchange.upstreamAttempts),
  UPSTREAM_TRANSPORT_FAILURE_REASON: plain((exchange) => joined(exchange.upstreamFailure)),
  UPSTREAM_PROTOCOL: plain((exchange) => orNone(exchange.upstreamProtocol)),
  REQUESTED_SERVER_NAME: plain((exchange) => orNone(exchange.requestedServerName)),
  ROUTE_NAME: plain((exchange) => orNone(asWireText(exchange.route?.name ?? ''))),
  VIRTUAL_HOST_NAME: plain((exchange) => orNone(exchange.virtualHostName)),
  VIRTUAL_CLUSTER_NAME: plain((exchange) => orNone(exchange.virtualClusterName)),
  TRACE_ID: plain((exchange) => orNone(exchange.trace?.traceId ?? '')),
  SPAN_ID: plain((exchange) => orNone(exchange.trace?.spanId ?? '')),
  STREAM_ID: plain((exchange) => exchange.requestHeaders.get('x-request-id')),
  GRPC_STATUS: ({ args }, path) => compileGrpcStatus(args, path),
  GRPC_STATUS_NUMBER: plain(grpcStatus),
  UPSTREAM_METADATA: ({ args }, path) => metadataCommand(args, path, (exchange) => exchange.endpoint?.metadata),
  CLUSTER_METADATA: ({ args }, path) => metadataCommand(args, path, (exchange) => exchange.cluster?.metadata),
  METADATA: ({ args = '' }, path) => typedMetadataCommand(args, path),
  DYNAMIC_METADATA: plain(none),
  FILTER_STATE: plain(none),
  CONNECTION_ID: plain(none),
  ...TLS_COMMANDS,
}

/** Throws MizzenError `bad-format` with `path` for a command that is not known. */
export function compileCommand(command: Command, path: string): Extractor {
  const compile = Object.hasOwn(COMMANDS, command.name) ? COMMANDS[command.name] : undefined
  if (compile === undefined) {
    throw new MizzenError('bad-format', `unknown format command %${command.name}%`, { path })
  }
  const extract = compile(command, path)
  const { maxLength } = command
  if (maxLength === undefined) return extract
  return (exchange) => {
    const value = extract(exchange)
    return typeof value === 'string' && value.length > maxLength ? value.slice(0, maxLength) : value
  }
}

function plain(extract: Extractor): Compile {
  return () => extract
}

function none(): undefined {
  return undefined
}

function orNone(value: string): string | undefined {
  return value === '' ? undefined : value
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value
}

/** Log fields are separated by spaces: Envoy prints the spaces of these values as underscores. */
function joined(value: string): string | undefined {
  return value === '' ? undefined : value.replaceAll(' ', '_')
}

/** Whole milliseconds; undefined if one of the two did not happen. */
function elapsed(from: number, to: number): number | undefined {
  const span = to - from
  return Number.isNaN(span) ? undefined : Math.max(0, Math.floor(span))
}

/** The address, and Envoy's two variants of it. */
function addressCommands(name: string, read: (exchange: Exchange) => string): Readonly<Record<string, Compile>> {
  const portAt = (address: string) => address.lastIndexOf(':')
  return {
    [name]: plain((exchange) => orNone(read(exchange))),
    [`${name}_WITHOUT_PORT`]: plain((exchange) => {
      const address = read(exchange)
      return orNone(portAt(address) === -1 ? address : address.slice(0, portAt(address)))
    }),
    [`${name.replace(/_ADDRESS$/, '')}_PORT`]: plain((exchange) => {
      const address = read(exchange)
      return portAt(address) === -1 ? undefined : Number(address.slice(portAt(address) + 1))
    }),
  }
}

/** `NAME` or `NAME?OTHER`: the other where the first is missing. */
function headerCommand(command: Command, path: string, field: (name: string) => Extractor): Extractor {
  const [main = '', alternative, ...rest] = (command.args ?? '').toLowerCase().split('?')
  if (main === '' || rest.length > 0) {
    throw new MizzenError('bad-format', `%${command.name}% needs the name of a header, or NAME?ALTERNATIVE`, { path })
  }
  const first = field(main)
  if (alternative === undefined || alternative === '') return first
  const second = field(alternative)
  return (exchange) => first(exchange) ?? second(exchange)
}

const REQUEST_PSEUDO: Readonly<Record<string, Extractor>> = {
  ':method': (exchange) => orNone(exchange.method),
  ':path': (exchange) => orNone(exchange.path),
  ':authority': (exchange) => orNone(exchange.authority),
  host: (exchange) => orNone(exchange.authority),
  ':scheme': (exchange) => orNone(exchange.scheme),
}

function requestField(name: string): Extractor {
  return REQUEST_PSEUDO[name] ?? headerField(name, (exchange) => exchange.requestHeaders)
}

function responseField(name: string): Extractor {
  if (name === ':status') return (exchange) => (exchange.status === 0 ? undefined : String(exchange.status))
  return headerField(name, (exchange) => exchange.responseHeaders)
}

function trailerField(name: string): Extractor {
  return headerField(name, (exchange) => exchange.responseTrailers)
}

function headerField(name: string, headers: (exchange: Exchange) => Headers | null): Extractor {
  return (exchange) => headers(exchange)?.get(name)
}

/** `NAMESPACE(:KEY)*`: a value of `filter_metadata`; objects and lists as JSON. */
function metadataCommand(
  args: string | undefined,
  path: string,
  read: (exchange: Exchange) => Metadata | undefined,
): Extractor {
  const keys = (args ?? '').split(':')
  if (keys[0] === '') throw new MizzenError('bad-format', 'metadata commands need a namespace', { path })
  return (exchange) => {
    const value = metadataValue(read(exchange), keys)
    return typeof value === 'string' ? asWireText(value) : (value as ReturnType<Extractor>)
  }
}

/** `%METADATA(TYPE:NAMESPACE:KEY…)%`. */
function typedMetadataCommand(args: string, path: string): Extractor {
  const colon = args.indexOf(':')
  const [type, rest] = colon === -1 ? [args, ''] : [args.slice(0, colon), args.slice(colon + 1)]
  if (type === 'CLUSTER') return metadataCommand(rest, path, (exchange) => exchange.cluster?.metadata)
  if (type === 'UPSTREAM_HOST') return metadataCommand(rest, path, (exchange) => exchange.endpoint?.metadata)
  if (type === 'ROUTE') return metadataCommand(rest, path, (exchange) => exchange.route?.metadata)
  if (['DYNAMIC', 'LISTENER', 'VIRTUAL_HOST', 'LISTENER_FILTER_CHAIN'].includes(type)) return none
  throw new MizzenError('bad-format', `%METADATA% knows no type "${type}"`, { path })
}
