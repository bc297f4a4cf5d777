import type { Scene, TracingCase } from '../scene.ts'
import { environmentResource, OTLP_CLUSTER, otlpGrpc, otlpHttp, staticResource } from '../tracers.ts'

const TRACE = '463ac35c9f6413ad48485a3953bb6124'
const SPAN = 'a2fb4a1d1a96d312'
const parent = (flags = '01', version = '00') => `traceparent: ${version}-${TRACE}-${SPAN}-${flags}`

const contexts: readonly TracingCase[] = [
  { name: 'none', spans: 1 },
  { name: 'a parent', headers: [parent()], spans: 1 },
  { name: 'a parent with state', headers: [parent(), 'tracestate: a=b,c=d'], spans: 1 },
  { name: 'state in two headers', headers: [parent(), 'tracestate: a=b', 'tracestate: c=d'], spans: 1 },
  { name: 'a parent that was not sampled', headers: [parent('00')], spans: 0 },
  { name: 'further flags', headers: [parent('03')], spans: 1 },
  { name: 'flags that do not say sampled', headers: [parent('02')], spans: 0 },
  { name: 'a later version', headers: [parent('01', '01')], spans: 1 },
  { name: 'the version that is none', headers: [parent('01', 'ff')], spans: 1 },
  { name: 'a trace of zeros', headers: [`traceparent: 00-${'0'.repeat(32)}-${SPAN}-01`], spans: 0 },
  { name: 'a span of zeros', headers: [`traceparent: 00-${TRACE}-${'0'.repeat(16)}-01`], spans: 0 },
  { name: 'no numbers', headers: [`traceparent: 00-${'x'.repeat(32)}-${SPAN}-01`], spans: 0 },
  { name: 'capital letters', headers: [`traceparent: 00-${TRACE.toUpperCase()}-${SPAN}-01`], spans: 1 },
  { name: 'a parent that is cut', headers: [`traceparent: 00-${TRACE}-${SPAN}`], spans: 0 },
  { name: 'a parent that is too long', headers: [`${parent()}-what`], spans: 0 },
  { name: 'an empty parent', headers: ['traceparent:'], spans: 0 },
  { name: 'only state', headers: ['tracestate: a=b'], spans: 1 },
  { name: 'B3', headers: [`x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`, 'x-b3-sampled: 0'], spans: 1 },
]

const few = contexts.filter(({ name }) =>
  ['none', 'a parent with state', 'a parent that was not sampled'].includes(name),
)
const pairs = few.map((one) => ({ ...one, spans: one.spans * 2 }))

const scene = (name: string, provider: unknown, more: Partial<Scene> = {}, tracing: object = {}): Scene => ({
  name: `otel-${name}`,
  manager: { tracing: { provider, ...tracing } },
  cases: few,
  ...more,
})

const none = { random_sampling: { value: 0 } }

export const openTelemetryScenes: readonly Scene[] = [
  scene('outbound', otlpHttp(), { cases: contexts }),
  scene('inbound', otlpHttp(), { direction: 'INBOUND' }),
  scene('unsampled', otlpHttp(), { cases: few.map((one) => ({ ...one, spans: 0 })) }, none),
  scene('grpc', otlpGrpc()),
  scene('spawning', otlpGrpc(), { cases: pairs }, { spawn_upstream_span: true, verbose: true }),
  scene('spawning-inbound', otlpHttp(), { direction: 'INBOUND', cases: pairs }, { spawn_upstream_span: true }),
  scene('child-spans', otlpHttp(), { router: { start_child_span: true }, cases: pairs }),
  scene('verbose', otlpHttp(), { direction: 'INBOUND' }, { verbose: true }),
  scene('nameless', otlpHttp({ service_name: '' })),
  scene(
    'headers',
    otlpHttp({
      http_service: {
        http_uri: { uri: 'https://collector.twin:4318', cluster: OTLP_CLUSTER, timeout: '1s' },
        request_headers_to_add: [{ header: { key: 'X-Collector-Key', value: 'secret' } }],
      },
    }),
  ),
  scene(
    'unnamed',
    otlpHttp({
      set_telemetry_sdk_resource_attributes: false,
      set_service_name_resource_attribute: false,
      set_instrumentation_scope: false,
    }),
  ),
  scene(
    'resources',
    otlpHttp({
      resource_detectors: [environmentResource(), staticResource({ 'service.name': 'other', zone: 'z' })],
    }),
  ),
]
