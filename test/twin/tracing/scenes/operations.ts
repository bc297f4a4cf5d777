import { TO_SERVER } from '../bootstrap.ts'
import type { Scene, TracingCase } from '../scene.ts'
import { otlpHttp, zipkin } from '../tracers.ts'

const route = (prefix: string, decorator: unknown) => ({ ...TO_SERVER, match: { prefix }, decorator })

const routes = [
  route('/named', { operation: 'checkout' }),
  route('/kept', { operation: 'checkout', propagate: false }),
  { match: { prefix: '/direct' }, direct_response: { status: 200 }, decorator: { operation: 'direct' } },
  TO_SERVER,
]

const told = ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-envoy-decorator-operation: server-says\r\n\r\n']
const cases: readonly TracingCase[] = [
  { name: 'a named operation', path: '/named', spans: 1 },
  { name: 'one that is not told', path: '/kept', spans: 1 },
  { name: 'one without an upstream', path: '/direct', spans: 1 },
  { name: 'the caller names it', path: '/named', headers: ['x-envoy-decorator-operation: caller-says'], spans: 1 },
  { name: 'the caller names nothing', path: '/named', headers: ['x-envoy-decorator-operation:'], spans: 1 },
  { name: 'the server names it', path: '/named', answers: told, spans: 1 },
  { name: 'the server names it, not told', path: '/kept', answers: told, spans: 1 },
  { name: 'the server names it alone', path: '/', answers: told, spans: 1 },
  {
    name: 'it is not sampled',
    path: '/named',
    headers: ['x-b3-sampled: 0', 'x-envoy-decorator-operation: caller-says'],
    answers: told,
    spans: 0,
  },
]
const otel = cases.slice(0, -1)

export const operationScenes: readonly Scene[] = [
  { name: 'operations-outbound', manager: { tracing: { provider: zipkin() } }, routes, cases },
  { name: 'operations-inbound', manager: { tracing: { provider: zipkin() } }, direction: 'INBOUND', routes, cases },
  { name: 'operations-otel', manager: { tracing: { provider: otlpHttp() } }, routes, cases: otel },
  {
    name: 'operations-otel-inbound',
    manager: { tracing: { provider: otlpHttp(), spawn_upstream_span: true } },
    direction: 'INBOUND',
    routes,
    cases: otel.map((one) => ({ ...one, spans: one.path === '/direct' ? 1 : 2 })),
  },
]
