import { TO_SERVER } from '../bootstrap.ts'
import type { Scene, TracingCase } from '../scene.ts'
import { otlpHttp, zipkin } from '../tracers.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n'
const answer = (status: string, ...fields: readonly string[]) =>
  `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`

/** All statuses but 0, and one that is none. */
const grpcEnds = Array.from({ length: 17 }, (_, index) => index + 1).map((status) => ({
  name: `gRPC that ends with ${status}`,
  method: 'POST',
  path: '/a.B/C',
  headers: ['content-type: application/grpc'],
  answers: [answer('200 OK', 'content-type: application/grpc', `grpc-status: ${status}`)],
  spans: 1,
}))

const requests: readonly TracingCase[] = [
  { name: 'a body', method: 'POST', body: 'hello', headers: ['user-agent: twin/1'], spans: 1 },
  { name: 'a caller that says who it is', headers: ['x-envoy-downstream-service-cluster: caller'], spans: 1 },
  { name: 'a long path', path: `/${'x'.repeat(400)}?q=1`, spans: 1 },
  { name: 'a scheme that a proxy has told', headers: ['x-forwarded-proto: https'], spans: 1 },
  { name: 'a rewritten path', path: '/rewritten/a?b=c', spans: 1 },
  { name: 'a rewritten host', path: '/host', spans: 1 },
  { name: 'a redirect', path: '/redirect', spans: 1 },
  { name: 'a direct response', path: '/direct', spans: 1 },
  { name: 'no endpoint', path: '/dead', spans: 1 },
  { name: 'no cluster', path: '/missing', spans: 1 },
  { name: 'an error of the server', answers: [answer('500 Broken')], spans: 1 },
  { name: 'a client error', answers: [answer('418 Teapot')], spans: 1 },
  { name: 'a server that closes', method: 'POST', answers: [null], spans: 1 },
  { name: 'a retry', path: '/retry', answers: [answer('503 Busy'), answer('200 OK')], spans: 1 },
  { name: 'retries that are used up', path: '/retry', answers: [answer('503 Busy'), answer('503 Busy')], spans: 1 },
  { name: 'a HEAD', method: 'HEAD', answers: [`${OK}\r\n`], spans: 1 },
  {
    name: 'gRPC',
    method: 'POST',
    path: '/a.B/C',
    headers: ['content-type: application/grpc', 'grpc-timeout: 5S', 'te: trailers'],
    answers: [answer('200 OK', 'content-type: application/grpc', 'grpc-status: 0')],
    spans: 1,
  },
  {
    name: 'gRPC that fails',
    method: 'POST',
    path: '/a.B/C',
    headers: ['content-type: application/grpc'],
    answers: [answer('200 OK', 'content-type: application/grpc', 'grpc-status: 13', 'grpc-message: no luck')],
    spans: 1,
  },
  {
    name: 'gRPC that nobody serves',
    method: 'POST',
    path: '/dead',
    headers: ['content-type: application/grpc'],
    spans: 1,
  },
  ...grpcEnds,
  { name: 'a response that says how gRPC ended', answers: [answer('200 OK', 'grpc-status: 5')], spans: 1 },
]

/** Spans of upstream requests come beside. */
const UPSTREAM: Readonly<Record<string, number>> = {
  'a redirect': 0,
  'a direct response': 0,
  'no cluster': 0,
  'a retry': 2,
  'retries that are used up': 2,
}
const spawning = requests.map((one) => ({ ...one, spans: one.spans + (UPSTREAM[one.name] ?? 1) }))

const routes = [
  { ...TO_SERVER, match: { prefix: '/rewritten' }, route: { cluster: 'server', prefix_rewrite: '/new' } },
  { ...TO_SERVER, match: { prefix: '/host' }, route: { cluster: 'server', host_rewrite_literal: 'other.twin' } },
  { match: { prefix: '/redirect' }, redirect: { host_redirect: 'else.twin' } },
  { match: { prefix: '/direct' }, direct_response: { status: 403, body: { inline_string: 'no' } } },
  { match: { prefix: '/dead' }, route: { cluster: 'dead' } },
  { match: { prefix: '/missing' }, route: { cluster: 'missing' } },
  {
    ...TO_SERVER,
    match: { prefix: '/retry' },
    route: {
      cluster: 'server',
      retry_policy: { retry_on: '5xx', num_retries: 1, retry_back_off: { base_interval: '0.001s' } },
    },
  },
  TO_SERVER,
]

const metadata = (kind: string, path: readonly string[], more: object = {}) => ({
  metadata: { kind: { [kind]: {} }, metadata_key: { key: 'shop', path: path.map((key) => ({ key })) }, ...more },
})

const customTags = [
  { tag: 'literal', literal: { value: 'yes' } },
  { tag: 'component', literal: { value: 'mine' } },
  { tag: 'environment', environment: { name: 'TWIN_VALUE' } },
  { tag: 'environment-missing', environment: { name: 'TWIN_MISSING', default_value: 'none' } },
  { tag: 'environment-gone', environment: { name: 'TWIN_MISSING' } },
  { tag: 'header', request_header: { name: 'X-Team' } },
  { tag: 'header-default', request_header: { name: 'X-Other', default_value: 'fallback' } },
  { tag: 'header-missing', request_header: { name: 'X-Other' } },
  { tag: 'host', request_header: { name: ':authority' } },
  { tag: 'route-text', ...metadata('route', ['tier']) },
  { tag: 'route-struct', ...metadata('route', ['nested']) },
  { tag: 'route-list', ...metadata('route', ['nested', 'list']) },
  { tag: 'cluster-number', ...metadata('cluster', ['count']) },
  { tag: 'host-boolean', ...metadata('host', ['on']) },
  { tag: 'host-missing', ...metadata('host', ['nothing'], { default_value: 'default' }) },
  { tag: 'request-missing', ...metadata('request', ['nothing'], { default_value: 'default' }) },
  { tag: 'request-gone', ...metadata('request', ['nothing']) },
]

const customCases: readonly TracingCase[] = [
  { name: 'all there', headers: ['x-team: a', 'x-team: b'], spans: 1 },
  { name: 'no upstream', path: '/direct', spans: 1 },
]

export const tagScenes: readonly Scene[] = [
  { name: 'tags-zipkin', manager: { tracing: { provider: zipkin() } }, routes, cases: requests },
  { name: 'tags-otel', manager: { tracing: { provider: otlpHttp() } }, direction: 'INBOUND', routes, cases: requests },
  {
    name: 'tags-spawning-zipkin',
    manager: { tracing: { provider: zipkin(), spawn_upstream_span: true, custom_tags: customTags } },
    routes,
    cases: [...spawning, { name: 'a tag of a header', headers: ['x-team: a', 'x-team: b'], spans: 2 }],
  },
  {
    name: 'tags-spawning-otel',
    manager: { tracing: { provider: otlpHttp(), spawn_upstream_span: true, verbose: true } },
    routes,
    cases: spawning,
  },
  {
    name: 'tags-short-path',
    manager: { tracing: { provider: zipkin(), max_path_tag_length: 5 } },
    cases: [{ name: 'a long path', path: '/abcdefgh?q', spans: 1 }],
  },
  {
    name: 'tags-no-path',
    manager: { tracing: { provider: zipkin(), max_path_tag_length: 0 } },
    cases: [{ name: 'a path', path: '/abc', spans: 1 }],
  },
  {
    name: 'tags-custom-zipkin',
    manager: { tracing: { provider: zipkin(), custom_tags: customTags } },
    routes,
    cases: customCases,
  },
  {
    name: 'tags-custom-otel',
    manager: { tracing: { provider: otlpHttp(), custom_tags: customTags } },
    routes,
    cases: customCases,
  },
]
