import { describe, expect, it } from 'vitest'
import { GoldenSignals, histogramQuantile, type Increment, parseSeries } from '../src/index.ts'

const requests = (version: string, code: string, by: number): Increment => ({
  series: parseSeries(
    `istio_requests_total{reporter="source",destination_service="myapp",destination_version="${version}",response_code="${code}"}`,
  ),
  by,
})

const bucket = (version: string, le: string, by: number): Increment => ({
  series: parseSeries(
    `istio_request_duration_milliseconds_bucket{reporter="source",destination_service="myapp",destination_version="${version}",le="${le}"}`,
  ),
  by,
})

describe('GoldenSignals', () => {
  it('gives share, rate, errors and latency per version', () => {
    const recent = new GoldenSignals()
    recent.record(10_000, [
      requests('v1', '200', 70),
      requests('v2', '200', 20),
      requests('v2', '503', 9),
      requests('v2', '0', 1),
      bucket('v1', '1', 35),
      bucket('v1', '5', 70),
      bucket('v1', '+Inf', 70),
    ])
    const [v1, v2] = recent.query(11_000, 5_000)
    expect(v1).toMatchObject({ service: 'myapp', reporter: 'source', version: 'v1', share: 0.7, errorRate: 0 })
    expect(v1).toMatchObject({ requestsPerSecond: 70, p50Ms: 1 })
    expect(v1?.p99Ms).toBeCloseTo(4.92)
    expect(v2).toMatchObject({ version: 'v2', share: 0.3, errorRate: 1 / 3, p50Ms: null, p99Ms: null })
  })

  it('forgets what is older than the window', () => {
    const recent = new GoldenSignals()
    recent.record(1_000, [requests('v1', '200', 100)])
    recent.record(9_000, [requests('v2', '200', 10)])
    expect(recent.query(9_500, 5_000).map(({ version, share }) => [version, share])).toEqual([['v2', 1]])
    expect(recent.query(30_000, 5_000)).toEqual([])
  })

  it('spreads the count over the time that it stands for', () => {
    const recent = new GoldenSignals()
    for (let second = 0; second < 10; second += 1) recent.record(second * 1_000, [requests('v1', '200', 20)])
    expect(recent.query(10_000, 5_000)[0]?.requestsPerSecond).toBeCloseTo(20, 0)
  })

  it('knows a bucket that never grew from the first scrape', () => {
    const recent = new GoldenSignals()
    recent.learn([bucket('v1', '4', 0)])
    recent.record(0, [requests('v1', '200', 10), bucket('v1', '8', 10), bucket('v1', '+Inf', 10)])
    expect(recent.query(1_000, 5_000)[0]?.p50Ms).toBe(6)
  })

  it('keeps a bounded number of slots and versions', () => {
    const recent = new GoldenSignals({ slotMs: 1_000, slots: 3, maxKeys: 2 })
    for (let second = 0; second < 5; second += 1) {
      recent.record(
        second * 1_000,
        ['v1', 'v2', 'v3'].map((version) => requests(version, '200', 1)),
      )
    }
    const signals = recent.query(5_000, 60_000)
    expect(signals.map(({ version, requests }) => [version, requests])).toEqual([
      ['v1', 3],
      ['v2', 3],
    ])
  })
})

describe('histogramQuantile', () => {
  const buckets = [
    { upTo: 10, count: 5 },
    { upTo: 20, count: 9 },
    { upTo: Number.POSITIVE_INFINITY, count: 10 },
  ]
  it.each([
    [0.5, 10],
    [0.25, 5],
    [0.7, 15],
    [0.99, 20],
  ])('q %d', (q, value) => {
    expect(histogramQuantile(q, buckets)).toBeCloseTo(value)
  })

  it('is undefined without observations', () => {
    expect(histogramQuantile(0.5, [])).toBeUndefined()
    expect(histogramQuantile(0.5, [{ upTo: 1, count: 0 }])).toBeUndefined()
  })
})
