import { runWrk } from '../../load/wrk.ts'
import { clientSidecar, observedHop, plainHop, serverSidecar } from '../hops.ts'
import { loadScenario } from '../load-scenario.ts'
import { atMost, type Scenario } from '../scenario.ts'
import type { Setting } from '../setting.ts'

const CONNECTIONS = 64
const CPU = { figure: 'cpu', unit: 'CPU µs/request' }

const get = (port: number, seconds: number, setting: Setting) =>
  runWrk(`http://127.0.0.1:${port}/`, { ...setting, seconds, connections: CONNECTIONS })

/** HTTP/1.1 with kept-alive connections, 128 bytes. */
export const http1Rows: readonly Scenario[] = [
  loadScenario({
    name: 'http1',
    lines: [
      { ...CPU, title: 'HTTP/1.1', base: 'envoy', target: atMost(0.45) },
      { ...CPU, title: 'HTTP/1.1, to nginx', base: 'nginx', target: atMost(1.5) },
      { ...CPU, title: 'HTTP/1.1, to HAProxy', base: 'haproxy' },
      { title: 'HTTP/1.1, p99 at saturation', figure: 'p99', unit: 'ms', base: 'envoy' },
    ],
    contenders: ['mizzen', 'envoy', 'nginx', 'haproxy'],
    hops: () => [plainHop],
    upstream: 'http1',
    load: get,
  }),
  loadScenario({
    name: 'http1-observed',
    lines: [{ ...CPU, title: 'HTTP/1.1, access log and Istio metrics', base: 'envoy', target: atMost(0.5) }],
    hops: () => [observedHop],
    upstream: 'http1',
    load: get,
  }),
  loadScenario({
    name: 'mtls',
    lines: [{ ...CPU, title: 'two hops, mutual TLS between', base: 'envoy', target: atMost(0.45) }],
    hops: ({ certificates }) => [clientSidecar(certificates), serverSidecar(certificates)],
    upstream: 'http1',
    load: get,
  }),
]
