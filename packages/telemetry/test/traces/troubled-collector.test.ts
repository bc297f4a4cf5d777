/** A collector by HTTP that has no time, refuses a part, or says nothing. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ManualClock, silentLogger } from '@mizzen/base'
import { afterEach, expect, it } from 'vitest'
import { createTraces, type Traces } from '../../src/traces/traces.ts'
import { traceId } from './spans.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function start(answer: (response: ServerResponse, request: number) => void) {
  const bodies: string[] = []
  const server: Server = createServer(async (request, response) => {
    bodies.push(String(await buffer(request)))
    answer(response, bodies.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clock = new ManualClock()
  const collector = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const traces = createTraces({ clock, random: () => 0.5, logger: silentLogger, collector })
  ends.push(() => {
    traces.close()
    server.closeAllConnections()
    server.close()
  })
  return { bodies, clock, traces }
}

/** @param bytes about so long */
function requestOf(spans: number, bytes = 0): Buffer {
  const all = Array.from({ length: spans }, (_, at) => ({ traceId: traceId(at), spanId: '00f067aa0ba902b7' }))
  const scope = { name: 'x'.repeat(bytes) }
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope, spans: all }] }] }))
}

function post(traces: Traces, body: Buffer) {
  return traces.takePost({ to: 'otlp', contentType: 'application/json', contentEncoding: '', body })
}

function counters(traces: Traces): readonly number[] {
  return ['forwarded_spans', 'forward_dropped_spans'].map((name) =>
    Number(new RegExp(`^mizzen_telemetry_${name}_total (\\d+)$`, 'm').exec(traces.metricsText())?.[1]),
  )
}

it('is asked again with the same, and what it rejects is counted', async () => {
  const { bodies, clock, traces } = await start((response, request) => {
    if (request === 1) response.writeHead(429, { 'retry-after': '1' }).end()
    else if (request === 2) response.writeHead(503).end()
    else {
      const partialSuccess = { rejectedSpans: '2', errorMessage: 'too old' }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ partialSuccess }))
    }
  })
  expect(await post(traces, requestOf(5))).toMatchObject({ status: 200 })
  const advanced = () => {
    // Polled each 50 ms: an answer would have to take seconds to be taken for none.
    clock.advance(100)
    return counters(traces)
  }
  await expect.poll(advanced, { timeout: 60_000 }).toEqual([3, 2])
  expect(bodies).toEqual(Array(3).fill(String(requestOf(5))))
})

it('holds nobody up, and takes no more memory than there is for it', async () => {
  const { traces } = await start(() => {})
  const body = requestOf(10, 2 ** 20)
  for (let sent = 0; sent < 40; sent += 1) expect(await post(traces, body)).toMatchObject({ status: 200 })
  // Of 16 MiB, 15 such requests.
  expect(counters(traces)).toEqual([0, 250])
  expect(traces.answer(['trace', traceId(3)], new URLSearchParams())).toMatchObject({ status: 200 })
})
