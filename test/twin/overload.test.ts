/** The overload manager: the real Envoy and ours, with less memory than they have, and with more. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from './data-plane.ts'
import { type OverloadCase, observeOverload } from './overload/observe.ts'

const envoy = requireTool('envoy')

const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
const GRPC = 'POST /a.B/C HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n'
const always = { trigger: { threshold: { value: 0.9 } }, maxBytes: 1 }
const never = { trigger: { threshold: { value: 0.9 } }, maxBytes: 2 ** 50 }
const scaled = { scaled: { scaling_threshold: 0.5, saturation_threshold: 0.9 } }

const CASES: readonly OverloadCase[] = [
  {
    name: 'requests are refused',
    action: 'stop_accepting_requests',
    ...always,
    request: GET,
    shows: { answer: { status: '503', body: 'envoy overloaded' } },
  },
  {
    name: 'gRPC calls are refused in their own words',
    action: 'stop_accepting_requests',
    ...always,
    request: GRPC,
    shows: { answer: { status: '200', headers: { 'grpc-status': '14' } } },
  },
  {
    name: 'requests are refused beyond saturation',
    action: 'stop_accepting_requests',
    trigger: scaled,
    maxBytes: 1,
    request: GET,
    shows: { answer: { status: '503' } },
  },
  {
    name: 'requests are answered below the threshold',
    action: 'stop_accepting_requests',
    ...never,
    request: GET,
    shows: { answer: { status: '204' } },
  },
  {
    name: 'connections end after a response',
    action: 'disable_http_keepalive',
    ...always,
    request: GET,
    shows: { answer: { status: '204', headers: { connection: 'close' } } },
  },
  {
    name: 'connections are closed at once',
    action: 'reject_incoming_connections',
    ...always,
    request: GET,
    shows: { answer: 'closed' },
  },
  {
    name: 'connections wait',
    action: 'stop_accepting_connections',
    ...always,
    request: GET,
    waits: true,
    shows: { answer: 'nothing' },
  },
  {
    name: 'connections are served below the threshold',
    action: 'stop_accepting_connections',
    ...never,
    request: GET,
    shows: { answer: { status: '204' } },
  },
]

describe.skipIf(envoy === undefined)('twin: overload', () => {
  const seen = new Map<string, readonly [real: object, ours: object]>()
  beforeAll(async () => {
    for (const one of CASES) {
      const both = [envoyProgram(envoy as string), mizzenProgram].map((program) => observeOverload(program, one))
      seen.set(one.name, (await Promise.all(both)) as [object, object])
    }
  }, 300_000)

  it.each(CASES)('$name', ({ name, shows }) => {
    const [real, ours] = seen.get(name) as readonly [object, object]
    expect(real, 'Envoy').toMatchObject(shows)
    expect(ours).toEqual(real)
  })
})
