/** Where numbers come from: telemetry's totals, queries, distributions. */
import { type Canary, type CanaryMetric, type Resource, validate } from '@mizzen/api'
import { NATIVE_BUCKETS, nativeBucket } from '@mizzen/base'
import { LATENCY_BOUNDS_MS, type TrafficTotals } from '@mizzen/telemetry'
import { describe, expect, it } from 'vitest'
import { type Sample, type Scene, TrafficSamples } from '../src/index.ts'
import { distributionTest } from '../src/judge/distribution-test.ts'
import { fillTemplate, MetricValues } from '../src/reconcile/metric-values.ts'

const CANARY = { metadata: { name: 'myapp', namespace: 'default' } } as Canary
const version = (name: string) => ({ namespace: 'default', service: 'myapp', deployment: { metadata: { name } } })
const SCENE = { stable: version('myapp-v1'), canary: version('myapp-v2') } as unknown as Scene

function totals(workload: string, route: string, requests: number, failures: number): TrafficTotals {
  const latency = new Float64Array(LATENCY_BOUNDS_MS.length + 1)
  latency[3] = requests
  const where = { service: 'myapp.default.svc.cluster.local', namespace: 'default', workload, version: '', route }
  return {
    reporter: 'source',
    ...where,
    requests,
    failures,
    attempts: requests,
    latency,
    native: new Float64Array(NATIVE_BUCKETS),
  }
}

describe('samples', () => {
  function source() {
    const telemetry = { updates: 1, list: [] as TrafficTotals[] }
    const samples = new TrafficSamples(
      {
        get updates() {
          return telemetry.updates
        },
        totals: ({ workload }) => telemetry.list.filter((one) => one.workload === workload),
      },
      () => 1_000 * telemetry.updates,
    )
    const take = (...list: TrafficTotals[]) => {
      telemetry.updates += 1
      telemetry.list = list
      return samples.take(CANARY, SCENE)
    }
    return { samples, take }
  }

  it('are differences, per route and in all', () => {
    const { take, samples } = source()
    expect(take(totals('myapp-v2', '', 5, 1), totals('myapp-v2', 'cart', 2, 1))).toBeNull()
    const sample = take(totals('myapp-v2', '', 15, 4), totals('myapp-v2', 'cart', 6, 4), totals('myapp-v1', '', 7, 0))
    const seen = sample?.channels.map(({ side, route, canary, stable }) => [
      side,
      route,
      canary.requests,
      canary.failures,
      stable.requests,
    ])
    expect(seen).toEqual([
      ['caller', '', 10, 3, 7],
      ['caller', 'cart', 4, 3, 0],
      ['server', '', 0, 0, 0],
    ])
    expect(samples.take(CANARY, SCENE)).toBeNull()
  })

  it('have fine durations where proxies tell them, and those of Istio as soon as one does not', () => {
    const { take } = source()
    const counted = (count: number, fine: number) => {
      const one = totals('myapp-v2', '', count, 0)
      one.native[nativeBucket(40)] = fine
      return one
    }
    take(counted(0, 0))
    const fine = take(counted(20, 20))
    const bucket = fine?.boundsMs[(fine.channels[0]?.canary.latency.length ?? 0) - 1]
    expect(bucket).toBe(45.3)
    const coarse = take(counted(60, 30))
    expect([coarse?.boundsMs, coarse?.channels[0]?.canary.latency]).toEqual([LATENCY_BOUNDS_MS, [0, 0, 0, 40]])
    expect(take(counted(80, 50))?.boundsMs).toEqual(LATENCY_BOUNDS_MS)
  })

  it('count from nothing where totals were forgotten', () => {
    const { take } = source()
    take(totals('myapp-v2', '', 50, 5))
    expect(take(totals('myapp-v2', '', 3, 0))?.channels[0]?.canary).toMatchObject({ requests: 3, failures: 0 })
  })
})

describe('metrics with a query', () => {
  const metric = {
    name: 'errors',
    query: 'rate(x{pod=~"{{ target }}-.*",ns="{{namespace}}"}[{{ interval }}])',
    interval: '30s',
  }

  it('have what Flagger fills in', async () => {
    const asked: string[] = []
    const values = new MetricValues(async (expression) => {
      asked.push(expression)
      return [{ value: 3 }]
    })
    expect(values.of(metric as CanaryMetric, CANARY, SCENE, 0)).toEqual({ problem: 'it is being asked for' })
    await Promise.resolve()
    await Promise.resolve()
    expect(asked).toEqual(['rate(x{pod=~"myapp-v2-.*",ns="default"}[30s])'])
    expect(values.of(metric as CanaryMetric, CANARY, SCENE, 10)).toEqual({ value: 3 })
    expect(values.of(metric as CanaryMetric, CANARY, SCENE, 60_000)).toEqual({ problem: 'it is being asked for' })
  })

  it('say what is wrong', async () => {
    const values = new MetricValues(async () => [])
    values.of(metric as CanaryMetric, CANARY, SCENE, 0)
    await Promise.resolve()
    await Promise.resolve()
    expect(values.of(metric as CanaryMetric, CANARY, SCENE, 0)).toEqual({ problem: 'the query gives no value' })
    expect(new MetricValues(undefined).of(metric as CanaryMetric, CANARY, SCENE, 0)).toMatchObject({
      problem: expect.stringContaining('nothing'),
    })
    expect(fillTemplate('{{ nobody }}', { name: 'x' })).toEqual({
      problem: 'the query has {{ nobody }}; known are name',
    })
  })
})

describe('Mann–Whitney over windows', () => {
  it('is a metric that needs no query', () => {
    const metrics = [{ name: 'request-duration-mann-whitney', thresholdRange: { max: 0.55 } }]
    const spec = {
      ...{ traffic: { virtualService: 'myapp' }, stable: { subset: 'v1' }, canary: { subset: 'v2' } },
      analysis: { metrics },
    }
    const meta = { apiVersion: 'mizzen.io/v1alpha1', kind: 'Canary', metadata: { name: 'myapp' } }
    expect(validate({ ...meta, spec } as Resource)).toEqual([])
  })

  const sample = (atMs: number, slow: number): Sample => {
    const part = (over: number) => ({ requests: 100, failures: 0, latency: [100 - over, over] })
    const channel = { side: 'caller' as const, route: '', canary: part(slow), stable: part(10) }
    return { atMs, forMs: 1_000, boundsMs: [10], channels: [channel] }
  }

  it('finds a shift, and none where there is none', () => {
    const stream = (slow: number) => Array.from({ length: 25 }, (_, index) => sample(1_000 * (index + 1), slow))
    expect(distributionTest(stream(40), 10_000, 0.5, 0.01)?.worse).toBe(true)
    expect(distributionTest(stream(10), 10_000, 0.5, 0.01)?.worse).toBe(false)
    expect(distributionTest(stream(40).slice(0, 9), 10_000, 0.5, 0.01)).toBeNull()
  })
})
