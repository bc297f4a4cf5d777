import { afterEach, describe, expect, it } from 'vitest'
import type { HttpConnectionManagerConfig } from '../src/config/model.ts'
import type { CollectorConfig, TracerConfig } from '../src/config/tracing-model.ts'
import type { TracingSettings } from '../src/tracing/tracing-settings.ts'
import { createRuntime, type Runtime } from '../src/worker/runtime.ts'
import { until } from './until.ts'
import { Cleanup, cluster, listener, route, routeConfig, runtimeDeps, startHttp, startTcp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const COLLECTOR: CollectorConfig = {
  cluster: 'collector',
  host: 'collector',
  path: '/spans',
  headers: [],
  timeoutMs: 0,
}

const ZIPKIN: TracerConfig = {
  kind: 'zipkin',
  collector: COLLECTOR,
  encoding: 'json',
  traceId128bit: true,
  sharedSpanContext: true,
  splitSpansForRequest: false,
  w3c: false,
}

const ALL = { numerator: 100, denominator: 100 } as const

function traced(tracer: TracerConfig): Partial<HttpConnectionManagerConfig> {
  const sampling = { clientSampling: ALL, randomSampling: ALL, overallSampling: ALL }
  const spans = { verbose: false, maxPathTagLength: 256, customTags: [], hop: false, spansOfTries: false }
  return { tracing: { operation: 'ingress', ...sampling, ...spans, tracer } }
}

interface Proxy {
  readonly runtime: Runtime
  /** Sends so many requests, one after the other, each to the next listener. */
  readonly ask: (count: number) => Promise<void>
}

/**
 * A proxy with a listener for each tracer.
 * @param collectorPort undefined = its cluster is not there
 * @param over of the settings; `runtime` has their numbers
 */
async function startTraced(
  tracers: readonly TracerConfig[],
  collectorPort: number | undefined,
  over: Partial<TracingSettings> = {},
): Promise<Proxy> {
  const settings = { node: { id: 'node', zone: 'zone' }, cluster: 'shop', environment: {}, version: '1', runtime: {} }
  const runtime = createRuntime({ ...runtimeDeps(), tracing: { ...settings, ...over } })
  cleanup.add(() => runtime.close())
  const server = await startHttp(cleanup, (_request, response) => void response.end('yes'))
  runtime.putCluster(cluster('server', [server]))
  if (collectorPort !== undefined) runtime.putCluster(cluster('collector', [collectorPort]))
  const routes = { kind: 'inline', routes: routeConfig('', [route('/', 'server')]) } as const
  for (const [index, tracer] of tracers.entries()) {
    await runtime.putListener(listener(`l${index}`, 0, routes, traced(tracer)))
  }
  const ports = runtime.listeners.map(({ address }) => address.port)
  const ask = async (count: number) => {
    for (let at = 0; at < count; at += 1) {
      const response = await fetch(`http://127.0.0.1:${ports[at % ports.length]}/${at}`)
      expect(await response.text()).toBe('yes')
    }
  }
  return { runtime, ask }
}

/** Takes reports; resolves to its port. */
async function startCollector(status: number, reports: unknown[][] = []): Promise<number> {
  return startHttp(cleanup, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    reports.push(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(status).end()
  })
}

describe('reports', () => {
  it('have five spans, of all listeners that are configured alike', async () => {
    const reports: unknown[][] = []
    const proxy = await startTraced([ZIPKIN, { ...ZIPKIN }], await startCollector(202, reports))
    await proxy.ask(11)
    await until('both reports', () => proxy.runtime.tracers.zipkin?.reportsSent === 2)
    expect(reports.map((spans) => spans.length)).toEqual([5, 5])
    expect(proxy.runtime.tracers.zipkin).toMatchObject({ spansSent: 10, reportsSent: 2, reportsFailed: 0 })
  })

  it('go out after a while with fewer', async () => {
    const reports: unknown[][] = []
    const runtime = { 'tracing.zipkin.flush_interval_ms': 30 }
    const proxy = await startTraced([ZIPKIN], await startCollector(202, reports), { runtime })
    await proxy.ask(2)
    await until('the report', () => reports.flat().length === 2)
    expect(proxy.runtime.tracers.zipkin?.timerFlushed).toBeGreaterThan(0)
  })

  it.each([
    ['nobody listens', 1, { reportsFailed: 2 }],
    ['there is no cluster', undefined, { reportsSkippedNoCluster: 2 }],
  ])('are lost where %s, and requests go on', async (_name, port, counts) => {
    const proxy = await startTraced([ZIPKIN], port)
    await proxy.ask(10)
    await until('ten spans', () => proxy.runtime.tracers.zipkin?.spansSent === 10)
    await until('the lost reports', () =>
      Object.entries(counts).every(([name, count]) => countOf(proxy, name) === count),
    )
  })

  it('go out when the proxy ends', async () => {
    const reports: unknown[][] = []
    const proxy = await startTraced([ZIPKIN], await startCollector(202, reports))
    await proxy.ask(2)
    await proxy.runtime.close()
    expect(reports.flat()).toHaveLength(2)
  })

  it('go to the control plane, whose cluster is none of the others', async () => {
    const controlPlaneCluster = cluster('collector', [await startCollector(202)])
    const proxy = await startTraced([ZIPKIN], undefined, { controlPlaneCluster })
    await proxy.ask(5)
    await until('the report', () => proxy.runtime.tracers.zipkin?.reportsSent === 1)
  })

  it('that are refused are counted', async () => {
    const proxy = await startTraced([ZIPKIN], await startCollector(500))
    await proxy.ask(5)
    await until('the refused report', () => proxy.runtime.tracers.zipkin?.reportsDropped === 1)
  })

  it('end where the collector says nothing, and are bounded', async () => {
    const silent = await startTcp(cleanup, () => {})
    const runtime = { 'tracing.zipkin.min_flush_spans': 1, 'tracing.zipkin.request_timeout': 300 }
    const proxy = await startTraced([ZIPKIN], silent, { runtime })
    await proxy.ask(70)
    const [collector] = proxy.runtime.clusters.filter(({ config }) => config.name === 'collector')
    expect(collector?.circuit.requests).toBeLessThanOrEqual(64)
    await until('the end of all reports', () => proxy.runtime.tracers.zipkin?.reportsFailed === 70)
    expect(collector?.circuit.requests).toBe(0)
  })

  it('of OpenTelemetry drop spans for which there is no room', async () => {
    const otel: TracerConfig = {
      kind: 'open-telemetry',
      collector: { ...COLLECTOR, protocol: 'http' },
      ...{ serviceName: 'shop', resources: [], maxCacheSize: 2, namesSdk: true, namesService: true, namesScope: true },
    }
    const proxy = await startTraced([otel], 1)
    await proxy.ask(5)
    expect(proxy.runtime.tracers.openTelemetry).toMatchObject({ spansSent: 0, spansDropped: 3 })
  })

  it('are not counted where nothing is traced', async () => {
    const proxy = await startTraced([], undefined)
    expect(proxy.runtime.tracers).toEqual({ zipkin: undefined, openTelemetry: undefined })
  })
})

function countOf({ runtime }: Proxy, name: string): unknown {
  return (runtime.tracers.zipkin as unknown as Record<string, unknown>)[name]
}
