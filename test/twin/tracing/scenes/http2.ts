import type { Scene, TracingCase } from '../scene.ts'
import { otlpGrpc, zipkin } from '../tracers.ts'

const GRPC = { ':method': 'POST', ':path': '/shop.Cart/Add', 'content-type': 'application/grpc', te: 'trailers' }
const ANSWER = { 'content-type': 'application/grpc' }
const routes = [{ match: { prefix: '/' }, route: { cluster: 'server-http2' } }]

/** Without the number of spans. */
const calls: readonly Omit<TracingCase, 'spans'>[] = [
  { name: 'a request', call: { headers: { 'user-agent': 'twin' } } },
  { name: 'a request with a body', call: { headers: { ':method': 'POST' }, body: 'hello' } },
  { name: 'gRPC', call: { headers: GRPC, body: 'x', response: ANSWER, trailers: { 'grpc-status': '0' } } },
  {
    name: 'gRPC that fails',
    call: {
      headers: GRPC,
      body: 'x',
      response: ANSWER,
      trailers: { 'grpc-status': '13', 'grpc-message': 'no%20luck' },
    },
  },
  {
    name: 'gRPC that is refused',
    call: { headers: GRPC, body: 'x', response: ANSWER, trailers: { 'grpc-status': '7' } },
  },
]
const spans = (count: number) => calls.map((one) => ({ ...one, spans: count }))

export const http2Scenes: readonly Scene[] = [
  { name: 'http2-zipkin', manager: { tracing: { provider: zipkin() } }, routes, cases: spans(1) },
  {
    name: 'http2-otel',
    manager: { tracing: { provider: otlpGrpc(), spawn_upstream_span: true, verbose: true } },
    routes,
    cases: spans(2),
  },
]
