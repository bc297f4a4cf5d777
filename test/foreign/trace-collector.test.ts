/** Spans that our control plane takes in and passes on, as OpenTelemetry's own collector then has them. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mizzen/base'
import { type ControlPlane, formatAddress, startControlPlane } from '@mizzen/control-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { requireTool } from '../requirements.ts'
import { ServerProcess } from '../server-process.ts'
import { envoyProgram, mizzenProgram } from '../twin/data-plane.ts'
import { otlpJson, otlpProtobuf, zipkinJson, zipkinProtobuf } from './every-field.ts'
import { type CollectedSpan, OtelCollector } from './otel-collector.ts'
import { TRACERS, type Tracer, tracedProxy } from './traced-proxy.ts'

const collectorBinary = requireTool('otel-collector')
const envoy = requireTool('envoy')
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const WAIT_MS = 60_000
const CALLER_ID = '00f067aa0ba902b7'
const [SERVER, CLIENT] = [2, 3]
const ERROR = 2
/** What the collector is spoken to by. */
const SPOKEN = ['otlp', 'grpc', 'zipkin'] as const

let folder: string
let collector: OtelCollector
const controlPlanes: ControlPlane[] = []

beforeAll(async () => {
  if (collectorBinary === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'mizzen-trace-collector-'))
  collector = await OtelCollector.start(collectorBinary, folder)
})

afterAll(async () => {
  await Promise.all(controlPlanes.map((one) => one.close()))
  await collector?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

async function controlPlaneFor(traceCollector: URL, traceSampling?: number): Promise<ControlPlane> {
  const addresses = { xds: LOOPBACK, api: LOOPBACK }
  const options = { configDir: mkdtempSync(join(folder, 'config-')), stateDir: undefined, ...addresses }
  const started = await startControlPlane({ ...options, traceCollector, traceSampling }, { logger: silentLogger })
  controlPlanes.push(started)
  return started
}

function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

function apiOf({ api }: ControlPlane): string {
  return `http://${formatAddress(api)}`
}

async function post(url: string | URL, contentType: string, body: Buffer): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: new Uint8Array(body),
  })
  expect(response.ok, `${response.status} ${await response.text()}`).toBe(true)
}

/** A span of each trace, as an OTLP request. */
function spansOf(traceIds: readonly string[]): Buffer {
  const spans = traceIds.map((traceId) => ({
    ...{ traceId, spanId: CALLER_ID, name: 'n', startTimeUnixNano: '1700000000000000000' },
    endTimeUnixNano: '1700000000000001000',
  }))
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
}

async function counterOf(controlPlane: ControlPlane, name: string): Promise<number> {
  const text = await (await fetch(`${apiOf(controlPlane)}/metrics`)).text()
  return Number(new RegExp(`^mizzen_telemetry_${name} (\\S+)$`, 'm').exec(text)?.[1])
}

describe.skipIf(collectorBinary === undefined)('spans of data planes', () => {
  let app: Server
  let takers: Readonly<Record<(typeof SPOKEN)[number], ControlPlane>>

  beforeAll(async () => {
    takers = {
      otlp: await controlPlaneFor(collector.otlp),
      grpc: await controlPlaneFor(collector.grpc),
      zipkin: await controlPlaneFor(collector.zipkin),
    }
    app = createServer((request, response) => response.writeHead(request.url === '/fail' ? 503 : 200).end())
    // A connection that it closes is a call that the proxy makes again, with a span of its own.
    app.keepAliveTimeout = 0
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  })

  afterAll(() => {
    app?.closeAllConnections()
    app?.close()
  })

  const programs = [mizzenProgram, ...(envoy === undefined ? [] : [envoyProgram(envoy)])]
  describe.each(programs)('$name', (program) => {
    const ways = TRACERS.flatMap((tracer) => SPOKEN.map((speaks) => ({ tracer, speaks })))
    const ports = new Map<string, number>()
    let proxy: ServerProcess

    beforeAll(async () => {
      const free = await freePorts(ways.length)
      const listeners = ways.map(({ tracer, speaks }, at) => {
        ports.set(`${tracer} ${speaks}`, free[at] as number)
        return { port: free[at] as number, tracer, to: takers[speaks] }
      })
      const file = join(folder, `${program.name}.json`)
      const bootstrap = tracedProxy({ app: (app.address() as AddressInfo).port, listeners, spawnUpstreamSpan: true })
      writeFileSync(file, JSON.stringify(bootstrap))
      const command = { name: program.name, command: program.command, args: program.args(file) }
      proxy = await ServerProcess.start(command, () => accepts(free[0] as number))
    })

    afterAll(() => proxy?.stop())

    it.each(ways)('that come by $tracer arrive by $speaks', async ({ tracer, speaks }) => {
      const traceId = newTraceId()
      const [before, after] = await around(() => ask(ports.get(`${tracer} ${speaks}`), traceId))
      await expect.poll(() => collector.spans(traceId).length, { timeout: WAIT_MS }).toBe(2)
      const [served, called] = inOrder(collector.spans(traceId))
      expectFamily(served, called, tracer)
      for (const span of [served, called]) {
        expect(statusOf(span)).toBe('503')
        expect(span.status.code).toBe(ERROR)
        expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(before)
        expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano))
        expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(after)
      }
      expect(attribute(called, 'upstream_cluster.name') ?? attribute(called, 'upstream_cluster')).toBe('app')
      await expectStored(takers[speaks], traceId, [served, called])
    })
  })
})

/** As parents of which data planes know: Zipkin's server shares the span of its caller. */
function expectFamily(served: CollectedSpan, called: CollectedSpan, tracer: Tracer): void {
  expect([served.kind, called.kind]).toEqual([SERVER, CLIENT])
  expect(tracer === 'zipkin' ? served.spanId : served.parentSpanId).toBe(CALLER_ID)
  expect(called.parentSpanId).toBe(served.spanId)
}

/** What the mesh's own store says of the same spans. */
async function expectStored(from: ControlPlane, traceId: string, spans: readonly CollectedSpan[]): Promise<void> {
  const response = await fetch(`${apiOf(from)}/api/v2/trace/${traceId}`)
  const stored = (await response.json()) as { id: string; name: string; timestamp: number; localEndpoint: object }[]
  expect(stored.every(({ localEndpoint }) => (localEndpoint as { serviceName: string }).serviceName)).toBe(true)
  const said = stored.map(({ id, name, timestamp }) => [id, name.toLowerCase(), timestamp])
  const arrived = spans.map((span) => [
    span.spanId,
    span.name.toLowerCase(),
    Number(BigInt(span.startTimeUnixNano) / 1_000n),
  ])
  expect(arrived.sort()).toEqual(said.sort())
}

function inOrder(spans: readonly CollectedSpan[]): readonly [CollectedSpan, CollectedSpan] {
  const [first, second] = spans.toSorted((a, b) => a.kind - b.kind)
  return [first as CollectedSpan, second as CollectedSpan]
}

function attribute({ attributes = [] }: CollectedSpan, name: string): string | undefined {
  return attributes.find(({ key }) => key === name)?.value.stringValue
}

/** The collector gives Zipkin's tag OpenTelemetry's newer name. */
function statusOf(span: CollectedSpan): string | undefined {
  return attribute(span, 'http.status_code') ?? attribute(span, 'http.response.status_code')
}

async function ask(port: number | undefined, traceId: string): Promise<void> {
  const b3 = { 'x-b3-traceid': traceId, 'x-b3-spanid': CALLER_ID, 'x-b3-sampled': '1' }
  const headers = { traceparent: `00-${traceId}-${CALLER_ID}-01`, ...b3 }
  const response = await fetch(`http://127.0.0.1:${port}/fail`, { headers })
  await response.text()
}

/** Nanoseconds since the epoch before and after; the clock's own step is a millisecond. */
async function around(action: () => Promise<void>): Promise<readonly [bigint, bigint]> {
  const before = BigInt(Date.now()) * 1_000_000n
  await action()
  // The proxy may end its span a little after its answer.
  return [before, BigInt(Date.now() + WAIT_MS) * 1_000_000n]
}

describe.skipIf(collectorBinary === undefined)('requests with spans', () => {
  it.each([
    ['otlp', 'application/json', otlpJson, 'otlp'],
    ['otlp', 'application/x-protobuf', otlpProtobuf, 'otlp'],
    ['otlp', 'application/json', otlpJson, 'grpc'],
    ['otlp', 'application/x-protobuf', otlpProtobuf, 'grpc'],
    ['zipkin', 'application/json', zipkinJson, 'zipkin'],
    ['zipkin', 'application/x-protobuf', zipkinProtobuf, 'zipkin'],
  ] as const)(
    'of %s, %s, arrive as if the collector had been sent them: %#',
    async (speaks, contentType, requestOf, by) => {
      const traceId = newTraceId()
      const controlPlane = await controlPlaneFor(collector[by])
      const path = speaks === 'otlp' ? '/v1/traces' : '/api/v2/spans'
      await post(collector[speaks], contentType, requestOf(traceId))
      await post(`${apiOf(controlPlane)}${path}`, contentType, requestOf(traceId))
      await expect.poll(() => collector.requests(traceId).length, { timeout: WAIT_MS }).toBe(2)
      const [direct, passedOn] = collector.requests(traceId).map(withSortedAttributes)
      expect(passedOn).toEqual(direct)
      await expect.poll(() => counterOf(controlPlane, 'forwarded_spans_total'), { timeout: WAIT_MS }).toBe(1)
    },
  )

  it('arrive as far as their traces are sampled', async () => {
    const controlPlane = await controlPlaneFor(collector.otlp, 0.25)
    const traceIds = Array.from({ length: 400 }, newTraceId)
    // https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/: the last 56 bits against a threshold
    const isSampled = (traceId: string) => BigInt(`0x${traceId.slice(18)}`) >= (2n ** 56n / 4n) * 3n
    const sampled = traceIds.filter(isSampled).sort()
    expect(sampled.length).toBeGreaterThan(40)
    for (let at = 0; at < traceIds.length; at += 40) {
      await post(`${apiOf(controlPlane)}/v1/traces`, 'application/json', spansOf(traceIds.slice(at, at + 40)))
    }
    const sent = () => counterOf(controlPlane, 'forwarded_spans_total')
    await expect.poll(sent, { timeout: WAIT_MS }).toBe(sampled.length)
    const mine = new Set(traceIds)
    const arrived = () =>
      collector
        .spans()
        .flatMap(({ traceId }) => (mine.has(traceId) ? [traceId] : []))
        .sort()
    await expect.poll(arrived, { timeout: WAIT_MS }).toEqual(sampled)
  })

  it.each(['otlp', 'grpc'] as const)(
    'wait for a collector that is stopped or gone, and hold nothing else up: %s',
    async (by) => {
      const own = await OtelCollector.start(collectorBinary as string, mkdtempSync(join(folder, 'own-')))
      try {
        const controlPlane = await controlPlaneFor(own[by])
        const send = async () => {
          const traceId = newTraceId()
          await post(`${apiOf(controlPlane)}/v1/traces`, 'application/json', spansOf([traceId]))
          const answer = await fetch(`${apiOf(controlPlane)}/api/v2/trace/${traceId}`)
          expect(answer.status).toBe(200)
          return traceId
        }
        const arrives = (traceId: string) =>
          expect.poll(() => own.spans(traceId).length, { timeout: WAIT_MS }).toBeGreaterThan(0)
        process.kill(own.pid, 'SIGSTOP')
        const [first, second] = [await send(), await send()]
        process.kill(own.pid, 'SIGCONT')
        await arrives(first)
        await arrives(second)
        await own.stop('SIGKILL')
        const third = await send()
        await own.startAgain()
        await arrives(third)
        expect(await counterOf(controlPlane, 'forward_dropped_spans_total')).toBe(0)
      } finally {
        await own.stop()
      }
    },
    150_000,
  )
})

/** Attributes have no order, and the collector gives those of Zipkin's spans a new one each time. */
function withSortedAttributes(request: unknown): unknown {
  const sorted = (key: string, value: { readonly key: string }[]) =>
    key === 'attributes' ? value.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : value
  return JSON.parse(JSON.stringify(request), sorted)
}
