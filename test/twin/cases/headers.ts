import { get, type Suite } from '../case.ts'

const HOST = 'headers.twin'
const header = (key: string, value: string, append_action?: string) => ({ header: { key, value }, append_action })

/** All that Envoy knows of, whether it believes them or not. */
const X_ENVOY = [
  'attempt-count',
  'decorator-operation',
  'downstream-service-cluster',
  'downstream-service-node',
  'expected-rq-timeout-ms',
  'external-address',
  'force-trace',
  'hedge-on-per-try-timeout',
  'internal',
  'ip-tags',
  'is-timeout-retry',
  'max-retries',
  'original-dst-host',
  'original-host',
  'original-path',
  'original-url',
  'retriable-header-names',
  'retriable-status-codes',
  'retry-grpc-on',
  'retry-on',
  'upstream-alt-stat-name',
  'upstream-rq-per-try-timeout-ms',
  'upstream-rq-timeout-alt-response',
  'upstream-rq-timeout-ms',
  'upstream-service-time',
  'upstream-stream-duration-ms',
]

/** What proxies do to header fields: configured edits, hop-by-hop fields, x-forwarded-*, what must not come from outside. */
export const headers: Suite = {
  name: 'headers',
  virtualHost: {
    name: 'headers',
    domains: [HOST],
    request_headers_to_add: [header('x-vhost', 'v')],
    routes: [
      {
        match: { prefix: '/edit' },
        route: { cluster: 'alpha' },
        request_headers_to_add: [
          header('x-append', 'two'),
          header('x-set', 'new', 'OVERWRITE_IF_EXISTS_OR_ADD'),
          header('x-absent', 'default', 'ADD_IF_ABSENT'),
          header('x-only', 'changed', 'OVERWRITE_IF_EXISTS'),
        ],
        request_headers_to_remove: ['x-secret'],
        response_headers_to_add: [header('x-route', 'edit'), header('x-status', 'set', 'OVERWRITE_IF_EXISTS_OR_ADD')],
        response_headers_to_remove: ['x-internal'],
      },
      {
        match: { prefix: '/format' },
        route: { cluster: 'alpha' },
        request_headers_to_add: [
          header('x-method', '%REQ(:METHOD)%'),
          header('x-proto', '%PROTOCOL%'),
          header('x-percent', '100%%'),
          header('x-from', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
        ],
        response_headers_to_add: [header('x-code', '%RESPONSE_CODE%')],
      },
      { match: { prefix: '/' }, route: { cluster: 'alpha' } },
    ],
  },
  cases: [
    {
      name: 'edited as configured',
      send: get(HOST, '/edit', 'x-append: one', 'x-set: old', 'x-secret: s', 'x-only: here', 'x-absent: mine'),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\nx-internal: 1\r\nx-status: up\r\ncontent-length: 0\r\n\r\n' }],
      statuses: [200],
    },
    { name: 'edited where they are missing', send: get(HOST, '/edit'), statuses: [200] },
    { name: 'format commands', send: get(HOST, '/format'), statuses: [200] },
    {
      name: 'order and repetition are kept',
      send: get(HOST, '/', 'x-a: 1', 'x-b: 2', 'x-a: 3', 'X-A: 4'),
      statuses: [200],
    },
    {
      name: 'white space around values goes',
      send: get(HOST, '/', 'x-a:  \t padded value \t ', 'x-empty:'),
      statuses: [200],
    },
    {
      name: 'hop-by-hop fields stay behind',
      send: get(
        HOST,
        '/',
        'connection: keep-alive, x-hop',
        'x-hop: 1',
        'keep-alive: timeout=5',
        'proxy-connection: keep-alive',
        'te: trailers',
      ),
      statuses: [200],
    },
    {
      name: 'hop-by-hop fields of the response stay behind',
      send: get(HOST, '/'),
      upstream: [
        { answer: 'HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n' },
      ],
      statuses: [200],
    },
    {
      name: 'x-envoy-* from outside are not believed',
      send: get(HOST, '/', ...X_ENVOY.map((name) => `x-envoy-${name}: 1`)),
      statuses: [200],
    },
    {
      name: 'x-forwarded-for is continued',
      send: get(HOST, '/', 'x-forwarded-for: 203.0.113.7', 'x-forwarded-proto: https'),
      statuses: [200],
    },
    {
      name: 'x-forwarded-client-cert is not believed',
      send: get(HOST, '/', 'x-forwarded-client-cert: Hash=1'),
      statuses: [200],
    },
    { name: 'x-request-id from outside', send: get(HOST, '/', 'x-request-id: mine'), statuses: [200] },
    {
      name: 'server and date of the upstream',
      send: get(HOST, '/'),
      upstream: [
        {
          answer:
            'HTTP/1.1 200 OK\r\nserver: theirs\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n',
        },
      ],
      statuses: [200],
    },
    { name: 'names with other letters', send: get(HOST, '/', 'x_under: 1', "x!#$%&'*+.^`|~: 2"), statuses: [200] },
    { name: 'obs-text in values', send: get(HOST, '/', 'x-latin: caf\xe9'), statuses: [200] },
  ],
}
