import type { OutgoingHttpHeaders } from 'node:http2'
import type { ProtocolCase, World } from '../case.ts'
import { call, http1, whole } from './plays.ts'

const upstream = 'http2'
const filters = [
  {
    name: 'envoy.filters.http.grpc_web',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb' },
  },
]
const MESSAGE = '\x00\x00\x00\x00\x03abc'
const OK: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' }
const TEXT = 'application/grpc-web-text'

function webCall(world: World, type: string, body: string, headers: OutgoingHttpHeaders = {}) {
  const all = { ':method': 'POST', ':path': '/shop.Cart/Get', 'content-type': type, 'x-grpc-web': '1', ...headers }
  return call(world, all, body)
}

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')

export const grpcWeb: readonly ProtocolCase[] = [
  {
    name: 'gRPC-Web: a call',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0', 'grpc-message': 'well' })
      return webCall(world, 'application/grpc-web', MESSAGE)
    },
    shows: { status: 200, headers: { 'content-type': 'application/grpc-web+proto' } },
  },
  {
    name: 'gRPC-Web: a call over HTTP/1.1',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0', 'x-more': 'm' })
      const head = `POST /shop.Cart/Get HTTP/1.1\r\nhost: shop\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 8\r\n\r\n`
      return http1(world, head + MESSAGE)
    },
    shows: { responses: [{ status: 200 }] },
  },
  {
    name: 'gRPC-Web: a call in text',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0' })
      return webCall(world, TEXT, base64(MESSAGE), { accept: TEXT })
    },
    shows: { status: 200, headers: { 'content-type': 'application/grpc-web-text+proto' } },
  },
  {
    name: 'gRPC-Web: a call in text with two messages',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE + MESSAGE, { 'grpc-status': '0' })
      return webCall(world, TEXT, base64(MESSAGE + MESSAGE), { accept: TEXT })
    },
    shows: { status: 200 },
  },
  {
    name: 'gRPC-Web: text that is none',
    upstream,
    filters,
    play: (world) => webCall(world, TEXT, '####', { accept: TEXT }),
    shows: { status: 400 },
  },
  {
    name: 'gRPC-Web: text that is cut',
    upstream,
    filters,
    play: (world) => webCall(world, TEXT, 'AAAAA', { accept: TEXT }),
    shows: { status: 400 },
  },
  {
    name: 'gRPC-Web: a call that fails at once',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole({ ...OK, 'grpc-status': '7', 'grpc-message': 'no' })
      return webCall(world, 'application/grpc-web', MESSAGE)
    },
    shows: { status: 200, headers: { 'grpc-status': '7' } },
  },
  {
    name: 'gRPC-Web: no route',
    upstream,
    filters,
    match: { prefix: '/else' },
    play: (world) => webCall(world, 'application/grpc-web', MESSAGE),
    shows: { status: 404 },
  },
  {
    name: 'gRPC-Web: a server that speaks no gRPC',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 500, 'content-type': 'text/plain' }, 'broken')
      return webCall(world, 'application/grpc-web', MESSAGE)
    },
    shows: { headers: { 'grpc-message': 'broken' } },
    ours: {
      because: 'what is no gRPC passes as it is: its head does not wait for its body',
      shows: { status: 500, body: 'broken' },
    },
  },
  {
    name: 'gRPC-Web: gRPC passes as it is',
    upstream,
    filters,
    play: (world) => {
      world.http2Origin.answer = whole(OK, MESSAGE, { 'grpc-status': '0' })
      return webCall(world, 'application/grpc', MESSAGE)
    },
    shows: { status: 200, trailers: { 'grpc-status': '0' } },
  },
]
