import { runHandshakes } from '../../load/tls-handshakes.ts'
import { runWrk } from '../../load/wrk.ts'
import { tlsGateway } from '../hops.ts'
import { loadScenario } from '../load-scenario.ts'
import { atLeast, type Scenario } from '../scenario.ts'

/** The clients are dearer than a fast proxy, so their rate would flatter the slower one: what one CPU second is enough for does not. */
const FIGURE = { figure: 'perCpuSecond', unit: 'connections/CPU s', base: 'envoy' } as const

/**
 * New TLS connections (1.3): full handshakes alone, by the cheapest kind of key (ECDSA P-256) and by the one that Istio gives
 * workloads unless told otherwise (RSA 2048: its agent's WORKLOAD_RSA_KEY_SIZE); and resumed ones with one request each.
 */
export const tlsRows: readonly Scenario[] = [
  loadScenario({
    name: 'tls-connections',
    lines: [{ ...FIGURE, title: 'new TLS connections', target: atLeast(0.7) }],
    hops: ({ certificates }) => [tlsGateway(certificates)],
    upstream: 'http1',
    load: (port, seconds, { openssl, signal }) => runHandshakes(port, { openssl, seconds, signal }),
  }),
  loadScenario({
    name: 'tls-connections-rsa',
    lines: [{ ...FIGURE, title: 'new TLS connections, RSA 2048' }],
    hops: ({ rsaCertificates }) => [tlsGateway(rsaCertificates)],
    upstream: 'http1',
    load: (port, seconds, { openssl, signal }) => runHandshakes(port, { openssl, seconds, signal }),
  }),
  loadScenario({
    name: 'tls-resumed',
    lines: [{ ...FIGURE, title: 'resumed TLS connections, a request each' }],
    hops: ({ certificates }) => [tlsGateway(certificates)],
    upstream: 'http1',
    // wrk resumes the first session.
    load: (port, seconds, setting) =>
      runWrk(`https://127.0.0.1:${port}/`, { ...setting, seconds, connections: 16, headers: ['Connection: close'] }),
  }),
]
