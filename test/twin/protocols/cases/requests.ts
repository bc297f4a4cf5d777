import { request } from '../../case.ts'
import type { ProtocolCase } from '../case.ts'
import { call, get, http1, inTurn, whole } from './plays.ts'

const upstream = 'http2'
const answers = (...statuses: readonly number[]) => ({ responses: statuses.map((status) => ({ status })) })
const path = (name: string, manager: ProtocolCase['manager'], given: string, status = 200): ProtocolCase => ({
  name: `paths: ${name}: ${given}`,
  upstream,
  manager,
  play: (world) => http1(world, get(given)),
  shows: answers(status),
})
const NONE = { normalize_path: false }
const BASE = { normalize_path: true }
const MERGE = { normalize_path: true, merge_slashes: true }
const DECODE = { ...MERGE, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' }
const host = (name: string, manager: ProtocolCase['manager'], given: string): ProtocolCase => ({
  name: `hosts: ${name}: ${given}`,
  upstream,
  manager,
  play: (world) => http1(world, request(['GET / HTTP/1.1', `host: ${given}`])),
  shows: answers(200),
})
const UNDERSCORES = (action: string) => ({ common_http_protocol_options: { headers_with_underscores_action: action } })
const TRUSTED = { internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] } }

export const requests: readonly ProtocolCase[] = [
  ...['/a/../b', '/a//b', '/a%2Fb', '/a%2e%2e/b', '/a\\b?c=%2F'].flatMap((given) => [
    path('as they are', NONE, given),
    path('normalized', BASE, given),
    path('merged', MERGE, given),
    path('decoded', DECODE, given),
  ]),
  path('escaped slashes refused', { ...BASE, path_with_escaped_slashes_action: 'REJECT_REQUEST' }, '/a%5Cb', 400),
  path(
    'escaped slashes sent back',
    { ...BASE, path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' },
    '/a%2fb?c%2f',
    307,
  ),
  ...['shop:8080', 'shop', '[::1]:80', 'shop.:80', 'shop.'].flatMap((given) => [
    host('without port', { strip_any_host_port: true }, given),
    host('without the port of the listener', { strip_matching_host_port: true }, given),
    host('without the last dot', { strip_trailing_host_dot: true }, given),
  ]),
  {
    name: 'underscores are dropped',
    upstream,
    manager: UNDERSCORES('DROP_HEADER'),
    play: (world) => http1(world, get('/', 'x_a: 1', 'x-b: 2')),
    shows: answers(200),
  },
  {
    name: 'underscores are refused',
    upstream,
    manager: UNDERSCORES('REJECT_REQUEST'),
    play: (world) => http1(world, get('/', 'x_a: 1', 'x-b: 2')),
    shows: answers(400),
    ours: { because: 'the log says which request it was', shows: answers(400) },
  },
  {
    name: 'underscores are refused over HTTP/2',
    upstream,
    manager: UNDERSCORES('REJECT_REQUEST'),
    play: (world) => call(world, { x_a: '1' }),
    shows: { status: undefined },
    ours: { because: 'the log says which request it was', shows: { status: undefined } },
  },
  {
    name: 'a caller that is trusted says how long it waits',
    upstream,
    manager: TRUSTED,
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get('/', 'x-envoy-upstream-rq-timeout-ms: 120'))
    },
    shows: answers(504),
  },
  {
    name: 'a caller that is not trusted does not',
    upstream,
    play: (world) =>
      http1(world, get('/', 'x-envoy-upstream-rq-timeout-ms: 1', 'x-envoy-max-retries: 5', 'x-envoy-retry-on: 5xx')),
    shows: answers(200),
  },
  {
    name: 'a caller that is trusted says how often it wants to be tried',
    upstream,
    manager: TRUSTED,
    play: (world) => {
      const fails = whole({ ':status': 503 })
      world.http2Origin.answer = inTurn(fails, fails, whole({ ':status': 200 }, 'yes'))
      return http1(world, get('/', 'x-envoy-retry-on: 5xx', 'x-envoy-max-retries: 2'))
    },
    shows: answers(200),
  },
  {
    name: 'a caller that is trusted limits each try',
    upstream,
    manager: TRUSTED,
    play: (world) => {
      world.http2Origin.answer = inTurn(() => {}, whole({ ':status': 200 }, 'yes'))
      return http1(world, get('/', 'x-envoy-retry-on: 5xx', 'x-envoy-upstream-rq-per-try-timeout-ms: 100'))
    },
    shows: answers(200),
  },
  {
    name: 'a caller that is trusted names statuses',
    upstream,
    manager: TRUSTED,
    play: (world) => {
      world.http2Origin.answer = inTurn(whole({ ':status': 418 }), whole({ ':status': 200 }, 'yes'))
      return http1(
        world,
        get('/', 'x-envoy-retry-on: retriable-status-codes', 'x-envoy-retriable-status-codes: 418,419'),
      )
    },
    shows: answers(200),
  },
  {
    name: 'a trusted caller behind another proxy is not',
    upstream,
    manager: TRUSTED,
    play: (world) => http1(world, get('/', 'x-forwarded-for: 127.0.0.1', 'x-envoy-upstream-rq-timeout-ms: 1')),
    shows: answers(200),
  },
  {
    name: 'the timeout of a proxy before this one',
    upstream,
    manager: TRUSTED,
    router: { respect_expected_rq_timeout: true },
    play: (world) => {
      world.http2Origin.answer = () => {}
      return http1(world, get('/', 'x-envoy-expected-rq-timeout-ms: 120'))
    },
    shows: answers(504),
  },
  {
    name: 'no headers of Envoy',
    upstream,
    router: { suppress_envoy_headers: true },
    play: (world) => http1(world, get()),
    shows: answers(200),
  },
  {
    name: 'no headers of Envoy, and no upstream',
    upstream,
    router: { suppress_envoy_headers: true },
    cluster: { circuit_breakers: { thresholds: [{ max_requests: 0 }] } },
    play: (world) => http1(world, get()),
    shows: answers(503),
  },
  {
    name: 'an upstream that limits its callers is not asked again',
    upstream,
    route: { retry_policy: { retry_on: '5xx', num_retries: 2 } },
    play: (world) => {
      world.http2Origin.answer = whole({ ':status': 503, 'x-envoy-ratelimited': 'true' })
      return http1(world, get())
    },
    shows: answers(503),
  },
]
