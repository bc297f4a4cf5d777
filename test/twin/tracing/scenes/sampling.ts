import { TO_SERVER } from '../bootstrap.ts'
import type { Scene, TracingCase } from '../scene.ts'
import { uuid, zipkin } from '../tracers.ts'

/** The first eight digits decide: 0x1b58 is 7,000 of 10,000, 0x07d0 is 2,000. The digit after the second dash is the trace's status. */
const id = (head: string, status: string) => `x-request-id: ${head}-1111-${status}222-8333-444444444444`
const SEVENTY = '00001b58'
const TWENTY = '000007d0'

const percent = (value: number) => ({ value })

const requestIds: readonly TracingCase[] = [
  { name: 'an id without a status', headers: [id(SEVENTY, '4')], spans: 0, shows: ['00001b58-1111-4222'] },
  { name: 'an id of a sampled request', headers: [id(SEVENTY, '9')], spans: 1, shows: ['00001b58-1111-9222'] },
  { name: 'an id of a forced request', headers: [id(SEVENTY, 'a')], spans: 1 },
  { name: 'an id of a request that a client had traced', headers: [id(SEVENTY, 'b')], spans: 1 },
  { name: 'an id with another status', headers: [id(SEVENTY, 'c')], spans: 0 },
  { name: 'an id that is none', headers: ['x-request-id: hello'], spans: 0 },
  { name: 'an id of another form that begins as one', headers: ['x-request-id: 000007d0'], spans: 0 },
  {
    name: 'the client asks for it',
    headers: ['x-client-trace-id: me'],
    spans: 1,
    shows: ['<uuid b>', 'guid:x-client-trace-id'],
  },
  { name: 'a service asks for it', headers: ['x-envoy-force-trace: true'], spans: 0 },
]

export const samplingScenes: readonly Scene[] = [
  {
    name: 'sampling-none',
    manager: { tracing: { provider: zipkin(), random_sampling: percent(0) } },
    cases: requestIds,
  },
  {
    name: 'sampling-half',
    manager: { tracing: { provider: zipkin(), random_sampling: percent(50) } },
    cases: [
      { name: 'an id below it', headers: [id(TWENTY, '4')], spans: 1, shows: ['<uuid 9>'] },
      { name: 'an id above it', headers: [id(SEVENTY, '4')], spans: 0 },
      { name: 'an id of another form below it', headers: ['x-request-id: 000007d0-1'], spans: 1 },
      { name: 'an id of another form above it', headers: ['x-request-id: 00001b58-1'], spans: 0 },
      { name: 'an id that is too short', headers: ['x-request-id: 7d0'], spans: 0 },
    ],
  },
  {
    name: 'sampling-overall',
    manager: { tracing: { provider: zipkin(), overall_sampling: percent(50) } },
    cases: [
      { name: 'an id below it', headers: [id(TWENTY, '4')], spans: 1 },
      { name: 'an id above it', headers: [id(SEVENTY, '4')], spans: 0, shows: ['00001b58-1111-4222'] },
      { name: 'a sampled id above it', headers: [id(SEVENTY, '9')], spans: 0, shows: ['<uuid 4>'] },
      { name: 'the client asks, above it', headers: [id(SEVENTY, '4'), 'x-client-trace-id: me'], spans: 0 },
    ],
  },
  {
    name: 'sampling-client-none',
    manager: { tracing: { provider: zipkin(), client_sampling: percent(0), random_sampling: percent(0) } },
    cases: [{ name: 'the client asks for it', headers: ['x-client-trace-id: me'], spans: 0 }],
  },
  {
    name: 'sampling-internal',
    manager: {
      use_remote_address: true,
      internal_address_config: { cidr_ranges: [{ address_prefix: '0.0.0.0', prefix_len: 0 }] },
      tracing: { provider: zipkin(), random_sampling: percent(0) },
    },
    cases: [
      { name: 'a service asks for it', headers: ['x-envoy-force-trace: true'], spans: 1, shows: ['<uuid a>'] },
      { name: 'its id is kept', headers: [id(SEVENTY, '9')], spans: 1, shows: ['00001b58-1111-9222'] },
    ],
  },
  {
    name: 'sampling-edge',
    manager: { use_remote_address: true, tracing: { provider: zipkin(), random_sampling: percent(0) } },
    cases: [
      { name: 'ids from outside say nothing', headers: [id(SEVENTY, '9')], spans: 0, shows: ['<uuid 4>'] },
      { name: 'the client asks for it', headers: ['x-client-trace-id: me'], spans: 1 },
    ],
  },
  {
    name: 'sampling-edge-preserved',
    manager: {
      use_remote_address: true,
      preserve_external_request_id: true,
      always_set_request_id_in_response: true,
      tracing: { provider: zipkin(), random_sampling: percent(0) },
    },
    cases: [
      { name: 'their status says nothing', headers: [id(SEVENTY, '9')], spans: 0, shows: ['<uuid 4>'] },
      { name: 'but they are kept', headers: [id(SEVENTY, '4')], spans: 0 },
    ],
  },
  {
    name: 'sampling-unpacked',
    manager: {
      request_id_extension: uuid({ pack_trace_reason: false }),
      tracing: { provider: zipkin() },
      always_set_request_id_in_response: true,
    },
    cases: [
      { name: 'no status is written', spans: 1, shows: ['<uuid 4>'] },
      { name: 'a status is read', headers: [id(SEVENTY, 'a')], spans: 1 },
    ],
  },
  {
    name: 'sampling-without-id',
    manager: {
      request_id_extension: uuid({ use_request_id_for_trace_sampling: false }),
      tracing: { provider: zipkin(), random_sampling: percent(0) },
    },
    cases: [
      { name: 'all are traced', spans: 1 },
      { name: 'whatever the id is', headers: ['x-request-id: hello'], spans: 1 },
    ],
  },
  {
    name: 'sampling-no-ids',
    manager: { generate_request_id: false, tracing: { provider: zipkin() } },
    cases: [
      { name: 'without an id', spans: 0 },
      { name: 'with one', headers: [id(SEVENTY, '4')], spans: 1 },
    ],
  },
  {
    name: 'sampling-by-route',
    manager: { tracing: { provider: zipkin(), custom_tags: [tag('both', 'manager'), tag('manager', 'yes')] } },
    routes: [
      {
        ...TO_SERVER,
        match: { prefix: '/none' },
        tracing: { client_sampling: fraction(0), random_sampling: fraction(0), overall_sampling: fraction(100) },
      },
      { ...TO_SERVER, match: { prefix: '/empty' }, tracing: {} },
      {
        ...TO_SERVER,
        match: { prefix: '/tags' },
        tracing: { custom_tags: [tag('both', 'route'), tag('route', 'yes')] },
      },
      {
        ...TO_SERVER,
        match: { prefix: '/million' },
        tracing: { random_sampling: { numerator: 5000, denominator: 'MILLION' } },
      },
      { ...TO_SERVER, match: { prefix: '/hundred' }, tracing: { random_sampling: fraction(1) } },
    ],
    cases: [
      { name: 'none of a route', path: '/none', spans: 0 },
      { name: 'nor by the client', path: '/none', headers: ['x-client-trace-id: me'], spans: 0 },
      { name: 'an empty configuration', path: '/empty', spans: 1 },
      { name: 'tags of both', path: '/tags', spans: 1, shows: ['"both":"route"', '"manager":"yes"', '"route":"yes"'] },
      { name: 'parts of a million, below', path: '/million', headers: [id(TWENTY, '4')], spans: 1 },
      { name: 'parts of a million, above', path: '/million', headers: [id(SEVENTY, '4')], spans: 0 },
      { name: 'parts of a hundred', path: '/hundred', headers: [id(TWENTY, '4')], spans: 1 },
      { name: 'no route', path: '/elsewhere', spans: 1, shows: ['"response_flags":"NR"'] },
    ],
  },
]

function tag(name: string, value: string): unknown {
  return { tag: name, literal: { value } }
}

function fraction(numerator: number): unknown {
  return { numerator, denominator: 'HUNDRED' }
}
