import { TO_SERVER } from '../bootstrap.ts'
import type { Scene, TracingCase } from '../scene.ts'
import { otlpHttp, zipkin } from '../tracers.ts'

/** Copies of requests are calls of their own in a trace. */

const to = (prefix: string, cluster: string) => ({
  ...TO_SERVER,
  match: { prefix },
  route: { cluster: 'server', request_mirror_policies: [{ cluster }] },
})
const routes = [to('/dead', 'dead'), to('/missing', 'missing'), to('/', 'server')]

const cases: readonly TracingCase[] = [
  { name: 'a copy', spans: 2, requests: 2 },
  { name: 'a copy that nobody takes', path: '/dead', spans: 2 },
  { name: 'a copy for a cluster that is not there', path: '/missing', spans: 1 },
]
const TRACE = '463ac35c9f6413ad48485a3953bb6124'

export const mirrorScenes: readonly Scene[] = [
  { name: 'mirrors-zipkin', manager: { tracing: { provider: zipkin() } }, routes, cases },
  {
    name: 'mirrors-zipkin-inbound',
    manager: { tracing: { provider: zipkin() } },
    direction: 'INBOUND',
    routes,
    cases: [
      ...cases,
      {
        name: 'not sampled',
        headers: [`x-b3-traceid: ${TRACE}`, 'x-b3-spanid: 1', 'x-b3-sampled: 0'],
        spans: 0,
        requests: 2,
      },
    ],
  },
  {
    name: 'mirrors-otel',
    manager: { tracing: { provider: otlpHttp(), spawn_upstream_span: true } },
    routes,
    cases: [
      ...cases.map((one) => ({ ...one, spans: one.spans + 1 })),
      { name: 'not sampled', headers: [`traceparent: 00-${TRACE}-a2fb4a1d1a96d312-00`], spans: 0, requests: 2 },
    ],
  },
]
