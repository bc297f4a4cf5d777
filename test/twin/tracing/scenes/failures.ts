import { TO_SERVER } from '../bootstrap.ts'
import type { Scene, TracingCase } from '../scene.ts'
import { otlpHttp, zipkin } from '../tracers.ts'

const SILENCE = { answer: 'silence' } as const
const CUT = { answer: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', thenClose: true }
const HALF_OF_503 = 'HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n\r\nabc'
const CONTINUE = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

const to = (prefix: string, action: object) => ({
  ...TO_SERVER,
  match: { prefix },
  route: { cluster: 'server', ...action },
})
const BACKOFF = { base_interval: '0.001s' }

const routes = [
  to('/slow', { timeout: '0.05s' }),
  to('/try', { retry_policy: { retry_on: '5xx', num_retries: 1, per_try_timeout: '0.05s', retry_back_off: BACKOFF } }),
  to('/retry', { retry_policy: { retry_on: '5xx', num_retries: 1, retry_back_off: BACKOFF } }),
  { ...TO_SERVER, match: { prefix: '/empty' }, route: { cluster: 'empty' } },
  TO_SERVER,
]

const cases: readonly TracingCase[] = [
  { name: 'no answer in time', path: '/slow', answers: [SILENCE], spans: 2 },
  { name: 'no answer to a try in time', path: '/try', answers: [SILENCE], spans: 3 },
  { name: 'no answer to any try in time', path: '/try', answers: [SILENCE, SILENCE], spans: 3 },
  { name: 'a response that is cut', answers: [CUT], spans: 2 },
  { name: 'a response that is dropped in its middle', path: '/retry', answers: [HALF_OF_503], spans: 3 },
  { name: 'a server that closes on each try', path: '/retry', method: 'POST', answers: [null, null], spans: 3 },
  { name: 'nobody to ask', path: '/empty', spans: 1 },
  { name: 'an interim response', answers: [CONTINUE], spans: 2 },
  { name: 'a client that leaves', answers: [SILENCE], leaves: true, spans: 2 },
]

export const failureScenes: readonly Scene[] = [
  { name: 'failures-zipkin', manager: { tracing: { provider: zipkin(), spawn_upstream_span: true } }, routes, cases },
  {
    name: 'failures-otel',
    manager: { tracing: { provider: otlpHttp(), spawn_upstream_span: true, verbose: true } },
    direction: 'INBOUND',
    routes,
    cases,
  },
]
