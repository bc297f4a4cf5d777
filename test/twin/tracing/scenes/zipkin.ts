import type { Scene, TracingCase } from '../scene.ts'
import { ZIPKIN_CLUSTER, zipkin } from '../tracers.ts'

const TRACE = '463ac35c9f6413ad'
const LONG_TRACE = `${TRACE}48485a3953bb6124`
const SPAN = 'a2fb4a1d1a96d312'
const PARENT = '0020000000000001'

const multi = (...more: readonly string[]) => [`x-b3-traceid: ${LONG_TRACE}`, `x-b3-spanid: ${SPAN}`, ...more]
const single = (value: string) => [`b3: ${value}`]
const W3C = [`traceparent: 00-${LONG_TRACE}-${SPAN}-01`, 'tracestate: a=b']

/** Contexts that come with a request. */
const contexts: readonly TracingCase[] = [
  { name: 'none', spans: 1 },
  { name: 'several headers', headers: multi('x-b3-sampled: 1'), spans: 1 },
  {
    name: 'several headers with a parent',
    headers: multi(`x-b3-parentspanid: ${PARENT}`, 'x-b3-sampled: 1'),
    spans: 1,
  },
  { name: 'several headers, not sampled', headers: multi('x-b3-sampled: 0'), spans: 0 },
  { name: 'several headers that do not say', headers: multi(), spans: 1 },
  { name: 'sampled as text', headers: multi('x-b3-sampled: true'), spans: 1 },
  { name: 'sampled by another word', headers: multi('x-b3-sampled: yes'), spans: 0 },
  { name: 'only that it is not sampled', headers: ['x-b3-sampled: 0'], spans: 0 },
  { name: 'only a trace', headers: [`x-b3-traceid: ${LONG_TRACE}`], spans: 1 },
  { name: 'a short trace', headers: [`x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`], spans: 1 },
  { name: 'a trace that is no number', headers: ['x-b3-traceid: nothing', `x-b3-spanid: ${SPAN}`], spans: 0 },
  {
    name: 'a long trace that is no number',
    headers: [`x-b3-traceid: ${'x'.repeat(32)}`, `x-b3-spanid: ${SPAN}`],
    spans: 0,
  },
  { name: 'a trace that is too long', headers: [`x-b3-traceid: ${LONG_TRACE}0`, `x-b3-spanid: ${SPAN}`], spans: 0 },
  { name: 'a trace of few digits', headers: ['x-b3-traceid: 1f', 'x-b3-spanid: 2'], spans: 1 },
  { name: 'a span that is no number', headers: [`x-b3-traceid: ${TRACE}`, 'x-b3-spanid: q'], spans: 0 },
  { name: 'a parent that is no number', headers: multi('x-b3-parentspanid: q'), spans: 0 },
  { name: 'an empty parent', headers: multi('x-b3-parentspanid:'), spans: 1 },
  { name: 'a debug flag', headers: multi('x-b3-flags: 1'), spans: 1 },
  { name: 'one header', headers: single(`${LONG_TRACE}-${SPAN}-1`), spans: 1 },
  { name: 'one header with a parent', headers: single(`${LONG_TRACE}-${SPAN}-1-${PARENT}`), spans: 1 },
  { name: 'one header of a short trace', headers: single(`${TRACE}-${SPAN}-1-${PARENT}`), spans: 1 },
  { name: 'one header, debug', headers: single(`${LONG_TRACE}-${SPAN}-d`), spans: 1 },
  { name: 'one header, not sampled', headers: single(`${LONG_TRACE}-${SPAN}-0`), spans: 0 },
  { name: 'one header that does not say', headers: single(`${LONG_TRACE}-${SPAN}`), spans: 1 },
  { name: 'one header of which only the short form does not say', headers: single(`${TRACE}-${SPAN}`), spans: 1 },
  { name: 'one header that says only no', headers: single('0'), spans: 0 },
  { name: 'one header that says only yes', headers: single('1'), spans: 1 },
  { name: 'one header with a wrong flag', headers: single(`${LONG_TRACE}-${SPAN}-x`), spans: 0 },
  { name: 'one header that is cut', headers: single(`${LONG_TRACE}-${SPAN}-`), spans: 0 },
  { name: 'one header that is too long', headers: single(`${LONG_TRACE}-${SPAN}-1-${PARENT}0`), spans: 0 },
  { name: 'one header with a short parent', headers: single(`${LONG_TRACE}-${SPAN}-1-123`), spans: 0 },
  { name: 'one header that is empty', headers: single(''), spans: 0 },
  { name: 'one header that is nonsense', headers: single('x'), spans: 0 },
  { name: 'one header that is long nonsense', headers: single('x'.repeat(40)), spans: 0 },
  { name: 'both forms', headers: [...single(`${TRACE}-${SPAN}-1`), ...multi('x-b3-sampled: 0')], spans: 1 },
  { name: "W3C's headers", headers: W3C, spans: 1 },
]

const few: readonly TracingCase[] = [
  { name: 'none', spans: 1 },
  { name: 'a context', headers: multi('x-b3-sampled: 1', `x-b3-parentspanid: ${PARENT}`), spans: 1 },
  { name: 'a context, not sampled', headers: multi('x-b3-sampled: 0'), spans: 0 },
]
const pairs = few.map((one) => ({ ...one, spans: one.spans * 2 }))

/** Envoy writes a span's id, and its parent's, with its bytes in the machine's order, not as Zipkin reads them. */
const reversed = {
  because: 'ids of spans in protobuf are those of the headers, or a trace that passes two proxies would fall apart',
}
const inOrder = (cases: readonly TracingCase[]) =>
  cases.map((one) => (one.spans === 0 ? one : { ...one, ours: reversed }))

const scene = (name: string, fields: object, tracing: object, more: Partial<Scene>): Scene => ({
  name: `zipkin-${name}`,
  manager: { tracing: { provider: zipkin(fields as Record<string, unknown>), ...tracing } },
  cases: few,
  ...more,
})

export const zipkinScenes: readonly Scene[] = [
  scene('outbound', {}, {}, { cases: contexts }),
  scene('inbound', {}, {}, { direction: 'INBOUND', cases: contexts }),
  scene('unspecified', {}, {}, { direction: 'UNSPECIFIED' }),
  scene('long-ids', { trace_id_128bit: true }, {}, {}),
  scene('own-context', { shared_span_context: false }, {}, { direction: 'INBOUND' }),
  scene('spawning', {}, { spawn_upstream_span: true }, { cases: pairs }),
  scene('spawning-inbound', {}, { spawn_upstream_span: true }, { direction: 'INBOUND', cases: pairs }),
  scene('child-spans', {}, {}, { router: { start_child_span: true }, cases: pairs }),
  scene('child-spans-inbound', {}, {}, { router: { start_child_span: true }, direction: 'INBOUND', cases: pairs }),
  scene('split', { split_spans_for_request: true }, {}, { router: { start_child_span: true }, cases: pairs }),
  scene('split-unspawned', { split_spans_for_request: true }, {}, {}),
  scene(
    'protobuf',
    { collector_endpoint_version: 'HTTP_PROTO', trace_id_128bit: true },
    { verbose: true },
    {
      cases: inOrder(few),
    },
  ),
  scene(
    'protobuf-inbound',
    { collector_endpoint_version: 'HTTP_PROTO' },
    { verbose: true, spawn_upstream_span: true },
    { direction: 'INBOUND', cases: inOrder(pairs) },
  ),
  scene('verbose', {}, { verbose: true, spawn_upstream_span: true }, { cases: pairs }),
  scene(
    'service',
    {
      ...{ collector_cluster: '', collector_endpoint: '' },
      collector_service: {
        http_uri: { uri: 'http://zipkin.twin/spans', cluster: ZIPKIN_CLUSTER, timeout: '1s' },
        request_headers_to_add: [{ header: { key: 'X-Collector-Key', value: 'secret' } }],
      },
    },
    {},
    {},
  ),
  scene('hostname', { collector_hostname: 'zipkin.twin' }, {}, {}),
  scene(
    'w3c',
    { trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION' },
    {},
    {
      cases: [
        ...few,
        { name: "W3C's headers", headers: W3C, spans: 1 },
        { name: "W3C's headers, not sampled", headers: [`traceparent: 00-${LONG_TRACE}-${SPAN}-00`], spans: 0 },
        { name: "W3C's headers, wrong", headers: ['traceparent: 00-1-2-3'], spans: 1 },
        { name: "B3 and W3C's headers", headers: [...W3C, `x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`], spans: 1 },
      ],
    },
  ),
  scene(
    'w3c-inbound',
    { trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION' },
    { spawn_upstream_span: true },
    {
      direction: 'INBOUND',
      cases: [...pairs, { name: "W3C's headers", headers: W3C, spans: 2 }],
    },
  ),
]
