import type { Scene } from '../scene.ts'
import { otlpHttp, sampler, zipkin } from '../tracers.ts'

/** Who decides whether a request is sampled: the caller's context, the connection manager, or a sampler. */

const TRACE = '463ac35c9f6413ad48485a3953bb6124'
const SPAN = 'a2fb4a1d1a96d312'
const b3 = (...more: readonly string[]) => [`x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`, ...more]
const parent = (flags: string) => [`traceparent: 00-${TRACE}-${SPAN}-${flags}`, 'tracestate: a=b']
const none = { random_sampling: { value: 0 } }
const forced = 'x-client-trace-id: me'

const w3c = (spans: readonly number[]) => [
  { name: 'no context', spans: spans[0] as number },
  { name: 'sampled before', headers: parent('01'), spans: spans[1] as number },
  { name: 'not sampled before', headers: parent('00'), spans: spans[2] as number },
  { name: 'not sampled before, and asked for', headers: [...parent('00'), forced], spans: spans[3] as number },
]

export const decisionScenes: readonly Scene[] = [
  {
    name: 'decisions-zipkin',
    manager: { tracing: { provider: zipkin(), ...none } },
    cases: [
      { name: 'no context', spans: 0 },
      { name: 'sampled before', headers: b3('x-b3-sampled: 1'), spans: 1 },
      { name: 'only a context', headers: b3(), spans: 0 },
      { name: 'only sampled', headers: ['x-b3-sampled: 1'], spans: 1 },
      { name: 'one header', headers: [`b3: ${TRACE}-${SPAN}-1`], spans: 1 },
      { name: 'one header that says only yes', headers: ['b3: 1'], spans: 1 },
      { name: 'not sampled before, and asked for', headers: b3('x-b3-sampled: 0', forced), spans: 0 },
    ],
  },
  { name: 'decisions-otel', manager: { tracing: { provider: otlpHttp(), ...none } }, cases: w3c([0, 0, 0, 0]) },
  { name: 'decisions-otel-all', manager: { tracing: { provider: otlpHttp() } }, cases: w3c([1, 1, 0, 0]) },
  {
    name: 'decisions-always-on',
    manager: { tracing: { provider: otlpHttp({ sampler: sampler('always_on') }) } },
    cases: w3c([1, 1, 1, 1]),
  },
  {
    name: 'decisions-always-on-none',
    manager: { tracing: { provider: otlpHttp({ sampler: sampler('always_on') }), ...none } },
    cases: w3c([0, 0, 0, 1]),
  },
  {
    name: 'decisions-parent-based',
    manager: {
      tracing: { provider: otlpHttp({ sampler: sampler('parent_based', { wrapped_sampler: sampler('always_on') }) }) },
    },
    cases: w3c([1, 1, 0, 0]),
  },
  {
    name: 'decisions-parent-based-none',
    manager: {
      tracing: {
        provider: otlpHttp({ sampler: sampler('parent_based', { wrapped_sampler: sampler('always_on') }) }),
        ...none,
      },
    },
    cases: w3c([0, 0, 0, 0]),
  },
]
