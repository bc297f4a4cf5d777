import { expect, it } from 'vitest'
import { accessLogCalls } from '../src/route/access-log-calls.ts'

const text = (request: string, authority: string, local: string, sni = '-') =>
  `[2026-11-23T04:00:00.000Z] "${request}" 200 - via_upstream - "-" 0 5 1 1 "-" "curl/8 (a \\" b)" "id" "${authority}" "10.0.0.2:80" outbound|80||shop.default.svc.cluster.local 10.0.0.1:4000 ${local} 10.0.0.1:5000 ${sni} default`

it('reads the text that Istio logs by default, the most frequent calls first', () => {
  const once = text('POST /cart?item=1 HTTP/1.1', 'shop:80', '10.96.0.1:80')
  const often = text('GET / HTTP/2', 'shop.example.com', '10.0.0.9:8443', 'shop.example.com')
  expect(accessLogCalls([once, often, 'started', often, ''].join('\n'))).toEqual([
    {
      call: {
        port: 8443,
        hostHeader: 'shop.example.com',
        path: '/',
        method: 'GET',
        tls: 'TLS',
        sni: 'shop.example.com',
      },
      count: 2,
    },
    { call: { port: 80, hostHeader: 'shop:80', path: '/cart', method: 'POST' }, count: 1 },
  ])
})

it('reads connections that are passed on, by address and server name', () => {
  const entry = { method: null, path: null, protocol: null, authority: null, downstream_local_address: '10.0.0.1:443' }
  const named = { ...entry, requested_server_name: 'a.test' }
  expect(accessLogCalls([entry, named].map((one) => JSON.stringify(one)).join('\n'))).toEqual([
    { call: { port: 443, protocol: 'TCP' }, count: 1 },
    { call: { port: 443, protocol: 'TCP', tls: 'TLS', sni: 'a.test' }, count: 1 },
  ])
})

it('reads JSON, and passes over lines of another kind', () => {
  const entry = {
    method: 'GET',
    path: '/a?b',
    authority: 'shop',
    downstream_local_address: '[::1]:80',
    response_code: 200,
  }
  const lines = [JSON.stringify(entry), '{"method":', '{}', '[1]', JSON.stringify({ ...entry, method: null })]
  expect(accessLogCalls(lines.join('\n'))).toEqual([
    { call: { port: 80, hostHeader: 'shop', path: '/a', method: 'GET' }, count: 1 },
  ])
})
