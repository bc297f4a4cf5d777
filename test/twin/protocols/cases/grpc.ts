import type { OutgoingHttpHeaders } from 'node:http2'
import type { ProtocolCase, World } from '../case.ts'
import { call, http1, inTurn, whole } from './plays.ts'

const upstream = 'http2'
const CALL = { ':method': 'POST', ':path': '/shop.Cart/Get', 'content-type': 'application/grpc', te: 'trailers' }
/** A message of three bytes, not compressed. */
const MESSAGE = '\x00\x00\x00\x00\x03abc'
const OK: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' }

const fault = (abort: object) => [
  {
    name: 'envoy.filters.http.fault',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault', abort },
  },
]

function grpcCall(world: World, headers: OutgoingHttpHeaders = {}) {
  return call(world, { ...CALL, ...headers }, MESSAGE)
}

export const grpc: readonly ProtocolCase[] = [
  {
    name: 'gRPC: a call',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0' })
      return grpcCall(world)
    },
    shows: { status: 200, trailers: { 'grpc-status': '0' } },
  },
  {
    name: 'gRPC: a call that fails, in trailers',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '5', 'grpc-message': 'not%20here' })
      return grpcCall(world)
    },
    shows: { trailers: { 'grpc-status': '5' } },
  },
  {
    name: 'gRPC: a call that fails at once',
    upstream,
    play: (world) => {
      world.http2Origin.answer = whole({ ...OK, 'grpc-status': '7', 'grpc-message': 'no' })
      return grpcCall(world)
    },
    shows: { status: 200, headers: { 'grpc-status': '7' } },
  },
  {
    name: 'gRPC: no route',
    upstream,
    match: { prefix: '/else' },
    play: (world) => grpcCall(world),
    shows: { status: 200, headers: { 'grpc-status': '12' } },
  },
  {
    name: 'gRPC: no route, asked over HTTP/1.1',
    upstream,
    match: { prefix: '/else' },
    play: (world) =>
      http1(
        world,
        'POST /shop.Cart/Get HTTP/1.1\r\nhost: shop\r\ncontent-type: application/grpc+proto\r\ncontent-length: 0\r\n\r\n',
      ),
    shows: { responses: [{ status: 200, headers: { 'grpc-status': '12' } }] },
  },
  {
    name: 'gRPC-Web is no gRPC',
    upstream,
    match: { prefix: '/else' },
    play: (world) => grpcCall(world, { 'content-type': 'application/grpc-web' }),
    shows: { status: 404 },
  },
  {
    name: 'gRPC: no connection',
    upstream: 'none',
    options: { explicit_http_config: { http2_protocol_options: {} } },
    play: (world) => grpcCall(world),
    shows: { status: 200, headers: { 'grpc-status': '14' } },
  },
  ...[400, 401, 403, 404, 429, 500, 502].map(
    (status): ProtocolCase => ({
      name: `gRPC: a direct response of ${status}`,
      upstream,
      direct: { status, body: { inline_string: 'a % of "ü"\n' } },
      play: (world) => grpcCall(world),
      shows: { status: 200, headers: { 'content-type': 'application/grpc' } },
    }),
  ),
  {
    name: 'gRPC: a fault of HTTP',
    upstream,
    filters: fault({ http_status: 503, percentage: { numerator: 100 } }),
    play: (world) => grpcCall(world),
    shows: { status: 200, headers: { 'grpc-status': '14' } },
  },
  {
    name: 'gRPC: a fault of gRPC',
    upstream,
    filters: fault({ grpc_status: 9, percentage: { numerator: 100 } }),
    play: (world) => grpcCall(world),
    shows: { status: 200, headers: { 'grpc-status': '9' } },
  },
  {
    name: 'gRPC: the time of a route is over',
    upstream,
    route: { timeout: '0.15s' },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return grpcCall(world)
    },
    shows: { status: 200 },
  },
  {
    name: 'gRPC: the deadline of a call',
    upstream,
    route: { timeout: '0s', max_grpc_timeout: '0s' },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return grpcCall(world, { 'grpc-timeout': '150m' })
    },
    shows: { status: 200 },
  },
  {
    name: 'gRPC: a deadline beyond what is allowed',
    upstream,
    route: { max_grpc_timeout: '0.15s', grpc_timeout_offset: '0.01s' },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return grpcCall(world, { 'grpc-timeout': '1H' })
    },
    shows: { status: 200 },
  },
  {
    name: 'gRPC: a deadline that is passed on',
    upstream,
    route: { timeout: '7s', max_grpc_timeout: '0s', grpc_timeout_offset: '1s' },
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0' })
      return grpcCall(world, { 'grpc-timeout': '5S' })
    },
    shows: { trailers: { 'grpc-status': '0' } },
  },
  {
    name: 'gRPC: the duration of a stream by its deadline',
    upstream,
    route: { max_stream_duration: { grpc_timeout_header_max: '0s', grpc_timeout_header_offset: '0.05s' } },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return grpcCall(world, { 'grpc-timeout': '200m' })
    },
    shows: { status: 200, headers: { 'grpc-status': '4' } },
  },
  {
    name: 'gRPC: the duration of a stream that has begun to answer',
    upstream,
    route: { max_stream_duration: { max_stream_duration: '0.15s' } },
    play: (world) => {
      world.http2Origin.answer = (stream) => {
        stream.respond(OK)
        stream.write(MESSAGE)
      }
      return grpcCall(world)
    },
    shows: { status: 200, body: MESSAGE },
  },
  {
    name: 'the duration of a stream',
    upstream,
    manager: { common_http_protocol_options: { max_stream_duration: '0.15s' } },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return call(world)
    },
    shows: { body: 'downstream duration timeout' },
  },
  {
    name: 'a route with a duration has a timeout, too',
    upstream,
    route: { timeout: '0.15s', max_stream_duration: { max_stream_duration: '0.4s' } },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return call(world)
    },
    shows: {},
  },
  {
    name: 'gRPC: unavailable, and tried again',
    upstream,
    route: { retry_policy: { retry_on: 'unavailable', num_retries: 1 } },
    play: (world) => {
      world.http2Origin.answer = inTurn(
        whole({ ...OK, 'grpc-status': '14' }),
        whole(OK, MESSAGE, { 'grpc-status': '0' }),
      )
      return grpcCall(world)
    },
    shows: { trailers: { 'grpc-status': '0' } },
  },
  {
    name: 'gRPC: a status that is not to be tried again',
    upstream,
    route: { retry_policy: { retry_on: 'unavailable,cancelled', num_retries: 1 } },
    play: (world) => {
      world.http2Origin.answer = whole({ ...OK, 'grpc-status': '13' })
      return grpcCall(world)
    },
    shows: { headers: { 'grpc-status': '13' } },
  },
]
