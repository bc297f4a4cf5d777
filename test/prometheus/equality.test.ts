import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../packages/base/src/index.ts'
import { History } from '../../packages/telemetry/src/history/history.ts'
import { createPromqlEngine } from '../../packages/telemetry/src/promql/engine.ts'
import { createQueryApi, type QueryApi } from '../../packages/telemetry/src/query-api/query-api.ts'
import { requireTool } from '../requirements.ts'
import { differences } from './compare-answers.ts'
import { generatedQueries } from './generated-queries.ts'
import { type MeshSeries, meshSamples } from './mesh-samples.ts'
import { type RealPrometheus, startPrometheus } from './real-prometheus.ts'
import { remoteWrite, type WrittenSeries } from './remote-write.ts'
import { TOOL_QUERIES } from './tool-queries.ts'

const prometheus = requireTool('prometheus')
const seconds = (ms: number) => String(ms / 1_000)

/** Samples at even times that end about now; not on full seconds: what rounds times shows. */
class Recording {
  readonly tickMs: number
  readonly startMs: number
  readonly endMs: number
  readonly mesh: readonly MeshSeries[]

  constructor(ticks: number, tickMs: number) {
    this.tickMs = tickMs
    this.startMs = Math.floor(Date.now() / 60_000) * 60_000 - ticks * tickMs + 137
    this.endMs = this.startMs + (ticks - 1) * tickMs
    this.mesh = meshSamples(ticks)
  }

  /** Our API over the samples. */
  ours(): QueryApi {
    const history = new History()
    const live = this.mesh.map(({ name, labels }) => ({ name, labels, value: 0 }))
    for (let atMs = this.startMs, tick = 0; atMs <= this.endMs; atMs += this.tickMs, tick += 1) {
      const present = live.filter((one, index) => {
        one.value = this.mesh[index]!.values[tick] ?? 0
        return this.mesh[index]!.values[tick] !== undefined
      })
      history.record(atMs, present)
    }
    const engine = createPromqlEngine({ source: history, clock: systemClock })
    return createQueryApi({
      engine,
      catalogue: history,
      metricTypes: () => new Map(),
      clock: systemClock,
      version: '0',
    })
  }

  /** A series that ends gets a staleness marker at the next tick, as a scrape writes it. */
  writeTo(url: string): Promise<void> {
    const written = this.mesh.map(
      ({ name, labels, values }): WrittenSeries => ({
        labels: { ...labels, __name__: name },
        samples: values.flatMap<WrittenSeries['samples'][number]>((value, tick) => {
          const atMs = this.startMs + tick * this.tickMs
          if (value !== undefined) return [{ atMs, value }]
          return tick > 0 && values[tick - 1] !== undefined ? [{ atMs, value: 'stale' }] : []
        }),
      }),
    )
    return remoteWrite(url, written)
  }
}

async function compare(ours: QueryApi, url: string, path: string, params: Record<string, string>) {
  const search = new URLSearchParams(params)
  const [answer, response] = await Promise.all([
    ours.answer(path.split('/'), search),
    fetch(`${url}/api/v1/${path}?${search}`),
  ])
  return differences(answer!, { status: response.status, body: await response.text() })
}

/** The same samples in both; every query must give the same answer, text for text up to the last bits of sums. */
describe.skipIf(prometheus === undefined)('the query API gives what a real Prometheus gives', () => {
  const recording = new Recording(200, 15_000)
  const { startMs, endMs } = recording
  const ours = recording.ours()
  let theirs: RealPrometheus

  beforeAll(async () => {
    theirs = await startPrometheus(prometheus!)
    await recording.writeTo(theirs.url)
  })
  afterAll(() => theirs?.stop())

  const ask = (path: string, params: Record<string, string>) => compare(ours, theirs.url, path, params)
  const times = [startMs + 40_000, startMs + 1_234_567, endMs - 60_000, endMs + 20_000, endMs + 290_000]
  const range = { start: seconds(startMs - 60_000), end: seconds(endMs + 400_000), step: '37' }

  async function askAll(query: string): Promise<readonly string[]> {
    const found = [...(await ask('query_range', { query, ...range }))]
    for (const time of times) found.push(...(await ask('query', { query, time: seconds(time) })))
    return found.map((difference) => `${query}: ${difference}`)
  }

  for (const [tool, queries] of Object.entries(TOOL_QUERIES)) {
    it(`${tool}: ${queries.length} queries, at five times and over a range`, async () => {
      for (const query of queries) expect(await askAll(query)).toEqual([])
    })
  }

  it('100 generated expressions', async () => {
    for (const query of generatedQueries(100, 7)) expect(await askAll(query)).toEqual([])
  })

  it('range vectors, scalars and strings', async () => {
    for (const query of [
      'gauge[2m]',
      'istio_requests_total{reporter="source"}[1m] offset 30s',
      '42',
      '"text"',
      'time()',
    ]) {
      for (const time of times) expect(await ask('query', { query, time: seconds(time) })).toEqual([])
    }
  })

  it('series, label names and values', async () => {
    const span = { start: seconds(startMs), end: seconds(endMs) }
    for (const match of ['istio_requests_total', '{__name__=~".*bucket",reporter="source"}', 'nothing']) {
      for (const path of ['series', 'labels', 'label/destination_workload/values', 'label/__name__/values']) {
        expect(await ask(path, { 'match[]': match, ...span })).toEqual([])
      }
    }
    expect(await ask('labels', span)).toEqual([])
  })

  it('errors: status and type', async () => {
    for (const [path, params] of BAD_REQUESTS) {
      const time = params.time === 'end' ? seconds(endMs) : params.time
      expect(await ask(path, time === undefined ? params : { ...params, time })).toEqual([])
    }
  })
})

describe.skipIf(prometheus === undefined)('with a sample each second, too', () => {
  const recording = new Recording(1_200, 1_000)
  const { endMs } = recording
  const ours = recording.ours()
  let theirs: RealPrometheus

  beforeAll(async () => {
    theirs = await startPrometheus(prometheus!)
    await recording.writeTo(theirs.url)
  })
  afterAll(() => theirs?.stop())

  it("all tools' queries over three minutes", async () => {
    const range = { start: seconds(endMs - 180_000), end: seconds(endMs), step: '7' }
    for (const query of Object.values(TOOL_QUERIES).flat()) {
      expect(await compare(ours, theirs.url, 'query_range', { query, ...range }), query).toEqual([])
    }
  })
})

const BAD_REQUESTS: readonly (readonly [string, Record<string, string>])[] = [
  ['query', { query: '' }],
  ['query', { query: 'sum(' }],
  ['query', { query: 'foo{bar=~"("}' }],
  ['query', { query: '{}' }],
  ['query', { query: 'rate(foo)' }],
  ['query', { query: 'no_such_function(foo)' }],
  ['query', { query: '1 == 1' }],
  ['query', { query: 'foo', time: 'yesterday' }],
  ['query', { query: 'foo', limit: '-1' }],
  ['query', { query: 'istio_requests_total / ignoring (response_code) gauge', time: 'end' }],
  ['query', { query: 'istio_requests_total * on (reporter) istio_requests_total', time: 'end' }],
  ['query', { query: 'label_replace(istio_requests_total, "response_code", "", "", "")', time: 'end' }],
  ['query_range', { query: 'foo[1m]', start: '0', end: '10', step: '1' }],
  ['query_range', { query: 'foo', start: '10', end: '0', step: '1' }],
  ['query_range', { query: 'foo', start: '0', end: '10', step: '0' }],
  ['query_range', { query: 'foo', start: '0', end: '100000', step: '1' }],
  ['query_range', { query: 'foo', start: '0', end: '10', step: 'x' }],
  ['query_range', { query: 'foo', start: '', end: '10', step: '1' }],
  ['series', {}],
  ['series', { 'match[]': '{a=~"("}' }],
]
