import { describe, expect, it } from 'vitest'
import { ResponseFlag } from '../src/http/exchange.ts'
import { compileLogFormat } from '../src/telemetry/access-log.ts'
import { compileTimeFormat } from '../src/telemetry/time-format.ts'
import { makeExchange } from './make-exchange.ts'
import { cluster } from './worker-fixture.ts'

type Fields = Parameters<typeof makeExchange>[0]

const text = (template: string, fields: Fields = {}) =>
  compileLogFormat({ path: '/dev/null', format: { kind: 'text', template } }, 'log')(makeExchange(fields))
const json = (template: unknown, fields: Fields = {}) =>
  compileLogFormat({ path: '/dev/null', format: { kind: 'json', template } }, 'log')(makeExchange(fields))

const ISTIO_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% ' +
  '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n'

describe('text formats', () => {
  it("writes Istio's default line", () => {
    const line = text(ISTIO_FORMAT, {
      path: '/new',
      status: 503,
      flags: ResponseFlag.UF | ResponseFlag.URX,
      details: 'upstream_reset_before_response_started{connection failure}',
      requestBytes: 3,
      responseBytes: 91,
      endedAt: 1012.9,
      downstreamLocalAddress: '127.0.0.1:80',
      downstreamRemoteAddress: '127.0.0.1:50000',
      upstreamHost: '10.0.0.1:8080',
      cluster: cluster('outbound|80|v1|a.default.svc.cluster.local', []),
      headers: { 'x-envoy-original-path': '/old', 'user-agent': 'curl', 'x-request-id': 'id' },
      responseHeaders: { 'x-envoy-upstream-service-time': '12' },
    })
    expect(line).toBe(
      '[2026-01-02T03:04:05.678Z] "GET /old HTTP/1.1" 503 URX,UF ' +
        'upstream_reset_before_response_started{connection_failure} - "-" 3 91 12 12 "-" "curl" "id" "example.com" ' +
        '"10.0.0.1:8080" outbound|80|v1|a.default.svc.cluster.local - 127.0.0.1:80 127.0.0.1:50000 - -\n',
    )
  })

  it.each([
    ['%REQ(x-a?x-b)%', { headers: { 'x-b': 'two' } }, 'two'],
    ['%REQ(x-a):3%', { headers: { 'x-a': 'abcdef' } }, 'abc'],
    ['%REQ(x-a)%', {}, '-'],
    ['%RESP(:STATUS)%', { status: 204 }, '204'],
    ['%RESPONSE_CODE%', {}, '0'],
    ['%RESPONSE_FLAGS_LONG%', { flags: ResponseFlag.NR }, 'NoRouteFound'],
    ['%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%', { details: 'a b' }, 'a b'],
    ['100%% %PROTOCOL%', {}, '100% HTTP/1.1'],
    ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', { downstreamRemoteAddress: '[::1]:80' }, '[::1]'],
    ['%DOWNSTREAM_REMOTE_PORT%', { downstreamRemoteAddress: '1.2.3.4:80' }, '80'],
    ['%DURATION%', {}, '-'],
    ['%RESPONSE_DURATION% %RESPONSE_TX_DURATION%', { upstreamHeadAt: 1005.5, endedAt: 1007 }, '5 1'],
    ['%START_TIME(%s)%', {}, '1767323045'],
    ['%START_TIME(%Y/%m/%dT%H:%M:%S.%3f %Z)%', {}, '2026/01/02T03:04:05.678 UTC'],
    ['%EMIT_TIME%', { endedAt: 2000 }, '2026-01-02T03:04:06.678Z'],
    ['%DYNAMIC_METADATA(a:b)% %FILTER_STATE(x)% %TRAILER(a)%', {}, '- - -'],
    [
      '%CLUSTER_METADATA(a:b:c)% %CLUSTER_METADATA(a:constructor)% %METADATA(CLUSTER:a:b)%',
      { cluster: { ...cluster('c', []), metadata: { a: { b: { c: 1 } } } } },
      '1 - {"c":1}',
    ],
    ['ü', {}, Buffer.from('ü').toString('latin1')],
  ] as const)('%s', (template, fields, expected) => {
    expect(text(template, fields)).toBe(expected)
  })

  it.each([['%NO_SUCH%'], ['%REQ%'], ['50% off'], ['%REQ(a?b?c)%'], ['%START_TIME(%Q)%'], ['%METADATA(NOWHERE:a)%']])(
    'refuses %s with the place',
    (template) => {
      expect(() => text(template)).toThrow(expect.objectContaining({ code: 'bad-format', path: 'log' }))
    },
  )
})

describe('JSON formats', () => {
  it('keeps types, says null for nothing, and sorts', () => {
    const line = json(
      { status: '%RESPONSE_CODE%', a: { list: ['%PROTOCOL%', 'x-%REQ(none)%'], none: '%REQ(none)%' }, n: 7 },
      { status: 200 },
    )
    expect(line).toBe('{"a":{"list":["HTTP/1.1","x--"],"none":null},"n":7,"status":200}\n')
  })

  it('leaves out what there is not, where it is told to', () => {
    const template = { a: { b: '%REQ(none)%' }, c: ['%REQ(none)%', '%PROTOCOL%'], d: 'x%REQ(none)%y', e: null }
    const format = { kind: 'json', template, omitsEmpty: true } as const
    const line = compileLogFormat({ path: '/dev/null', format }, 'log')(makeExchange({}))
    expect(line).toBe('{"c":["HTTP/1.1"],"d":"xy"}\n')
    const nothing = { kind: 'json', template: { a: '%REQ(none)%' }, omitsEmpty: true } as const
    expect(compileLogFormat({ path: '/dev/null', format: nothing }, 'log')(makeExchange({}))).toBe('{}\n')
  })

  it.each([
    ['\xc3\xa9', 'é'],
    ['a\xc3"\\', 'a\u00c3"\\'],
    ['\xff', '\u00ff'],
  ])('is JSON whatever bytes came: %j', (bytes, value) => {
    const line = json({ k: '%REQ(x)%' }, { headers: { x: bytes } })
    expect(JSON.parse(Buffer.from(line, 'latin1').toString('utf8'))).toEqual({ k: value })
  })

  it('escapes what it must', () => {
    const line = json({ 'k"': '%REQ(x)%' }, { headers: { x: 'a"b\\c\t' } })
    expect(JSON.parse(line)).toEqual({ 'k"': 'a"b\\c\t' })
  })

  it('names the field that is wrong', () => {
    expect(() => json({ a: ['%NO%'] })).toThrow(expect.objectContaining({ path: 'log.a[0]' }))
  })
})

it('prints fractions of a second as absl does', () => {
  const time = Date.UTC(2026, 10, 23, 0, 41, 21, 656)
  expect(compileTimeFormat('%s.%3f %f %E3S %9f %j %e', 'p')(time)).toBe(
    '1795394481.656 656000000 21.656 656000000 327 23',
  )
})
