/** What our proxy streams is what the control plane reads: both sides of Envoy's metrics and access-log services. */
import { ManualClock, NATIVE_BUCKETS, nativeBucket } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import type { StreamLogConfig } from '../packages/proxy/src/config/model.ts'
import { ResponseFlag } from '../packages/proxy/src/http/exchange.ts'
import { IstioStats } from '../packages/proxy/src/telemetry/istio-stats.ts'
import { RouteStats } from '../packages/proxy/src/telemetry/route-stats.ts'
import { encodeLogEntry } from '../packages/proxy/src/telemetry/stream/log-entry-message.ts'
import { LogSampling } from '../packages/proxy/src/telemetry/stream/log-sampling.ts'
import { SeriesChanges } from '../packages/proxy/src/telemetry/stream/series-changes.ts'
import { makeExchange } from '../packages/proxy/test/make-exchange.ts'
import type { LogEntry } from '../packages/telemetry/src/ingest/log-entry.ts'
import { readLogMessage } from '../packages/telemetry/src/ingest/log-reader.ts'
import { MetricsReader } from '../packages/telemetry/src/ingest/metrics-reader.ts'
import { MergeTable } from '../packages/telemetry/src/merge-table.ts'
import { TrafficTable } from '../packages/telemetry/src/traffic-table.ts'

const own = {
  ...{ workload: 'a"b\\c', namespace: 'ns', app: 'a', version: 'v1', cluster: 'k', principal: '' },
  ...{ canonicalService: 'a', canonicalRevision: 'v1' },
}

describe('metrics', () => {
  function start() {
    const stats = new IstioStats(own, new RouteStats())
    const changes = new SeriesChanges(true)
    const traffic = new TrafficTable()
    const merged = new MergeTable(traffic)
    const reader = new MetricsReader(merged)
    const routes = stats.recorder('source')
    const flush = (node?: Uint8Array) => {
      const message = changes.since({ http: stats.all, tcp: [], routes: [] })
      reader.read(Buffer.from(message.finish(node)), 0, () => 'for-sums')
      return message
    }
    const value = (name: string) => [...merged.series()].filter((one) => one.name === name).map((one) => one.value)
    return { routes, flush, value, traffic, merged }
  }

  it('arrive as they were counted, labels and buckets alike, and only what changed is sent', () => {
    const { routes, flush, value, traffic, merged } = start()
    flush(Buffer.from('node'))
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
    for (const endedAt of [1003, 1030, 1_700]) routes.record(makeExchange({ endedAt, status: 200, headers }))
    flush()
    expect(value('istio_requests_total')).toEqual([3])
    expect(value('istio_request_duration_milliseconds_count')).toEqual([3])
    expect(value('istio_request_duration_milliseconds_sum')).toEqual([733])
    const labels = [...merged.series()].find(({ name }) => name === 'istio_requests_total')?.labels
    expect(labels).toMatchObject({ source_workload: 'a"b\\c', response_code: '200' })
    expect([...traffic.all][0]?.latency).toEqual(
      Float64Array.from({ length: 20 }, (_, at) => ([2, 5, 9].includes(at) ? 1 : 0)),
    )
    const native = [...([...traffic.all][0]?.native ?? [])].flatMap((count, at) => (count === 0 ? [] : [[at, count]]))
    expect(native).toEqual([3, 30, 700].map((ms) => [nativeBucket(ms), 1]))
    expect([...merged.series()].find(({ exemplar }) => exemplar !== undefined)?.exemplar?.labels).toEqual({
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    })
    expect(flush().isEmpty).toBe(true)
    routes.record(makeExchange({ endedAt: 1_001, status: 200 }))
    flush()
    expect(value('istio_requests_total')).toEqual([4])
  })

  it('have durations in native buckets, whatever gaps there are between them', () => {
    const { routes, flush, traffic } = start()
    flush(Buffer.from('node'))
    const counted = () => [...([...traffic.all][0]?.native ?? [])]
    const expected = new Array(NATIVE_BUCKETS).fill(0)
    for (const [ms, times] of [
      [0.1, 3],
      [1.1, 1],
      [1.3, 7],
      [1.5, 2],
      [80, 5],
      [400_000, 1],
    ] as const) {
      for (let time = 0; time < times; time += 1) routes.record(makeExchange({ endedAt: 1_000 + ms, status: 200 }))
      expected[nativeBucket(ms)] += times
    }
    flush()
    expect(counted()).toEqual(expected)
    routes.record(makeExchange({ endedAt: 1_080, status: 200 }))
    expected[nativeBucket(80)] += 1
    flush()
    expect(counted()).toEqual(expected)
  })

  it('of a message that begins a stream count for sums alone', () => {
    const { routes, flush, value, traffic } = start()
    routes.record(makeExchange({ endedAt: 1_003, status: 503 }))
    flush(Buffer.from('node'))
    expect(value('istio_requests_total')).toEqual([1])
    expect([...traffic.all]).toMatchObject([{ requests: 0, failures: 0 }])
    routes.record(makeExchange({ endedAt: 1_003, status: 503 }))
    flush()
    expect([...traffic.all]).toMatchObject([{ requests: 1, failures: 1 }])
  })

  it('that are no message are refused', () => {
    const { merged } = start()
    const reader = new MetricsReader(merged)
    for (const bytes of ['\x12\x7f', '\x0b', '\x12\x02\x22\x7f', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff']) {
      const read = () => reader.read(Buffer.from(bytes, 'latin1'), 0, () => 'for-sums')
      expect(read, JSON.stringify(bytes)).toThrow(expect.objectContaining({ code: 'bad-message' }))
    }
  })
})

describe('log entries', () => {
  const config: StreamLogConfig['stream'] = {
    ...{ cluster: 'xds-grpc', logName: 'mizzen', flushIntervalMs: 500, bufferBytes: 1_024 },
    ...{ requestHeaders: ['traceparent'], responseHeaders: [], responseTrailers: ['grpc-status'] },
    tags: [{ name: 'who', of: 'cluster', namespace: 'istio', path: ['services'], otherwise: 'nobody' }],
  }

  function read(entry: Uint8Array): LogEntry {
    const entries: LogEntry[] = []
    const list = Buffer.concat([Buffer.from([0x0a]), varint(entry.length), entry])
    const message = Buffer.concat([Buffer.from([0x12]), varint(list.length), list])
    readLogMessage(
      message,
      () => {},
      (one) => entries.push(one),
    )
    return entries[0] as LogEntry
  }

  it('say what the exchange says', () => {
    const exchange = makeExchange({
      ...{ protocol: 'HTTP/1.1', method: 'PURGE', path: '/\xc3\xa9', status: 503, endedAt: 1_012.5, requestId: 'r-1' },
      ...{
        flags: ResponseFlag.UH | ResponseFlag.URX | ResponseFlag.UAEX,
        upstreamHost: '[::1]:80',
        upstreamAttempts: 3,
      },
      ...{ details: 'no_healthy_upstream', requestBytes: 5, requestHeadBytes: 40, headers: { traceparent: 'x' } },
    })
    expect(read(encodeLogEntry(exchange, config, 0.25))).toMatchObject({
      ...{ method: 'PURGE', path: '/é', authority: 'example.com', status: 503, durationMs: 12.5, requestId: 'r-1' },
      ...{ upstreamHost: '[::1]:80', attempts: 3, details: 'no_healthy_upstream', requestBytes: 45, sampleRate: 0.25 },
      ...{ requestHeaders: { traceparent: 'x', ':method': 'PURGE' }, tags: { who: 'nobody' } },
      atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    })
    const flags = read(encodeLogEntry(exchange, config, 1)).flags.split(',')
    expect(flags.sort()).toEqual(['UAEX', 'UH', 'URX'])
  })

  it('are sampled: all failures first, and of the rest an even share', () => {
    const sampling = new LogSampling(10)
    const clock = new ManualClock()
    const taken = { failed: 0, good: 0 }
    clock.advance(5_000)
    for (let second = 0; second < 10; second += 1) {
      for (let request = 0; request < 1_000; request += 1) {
        const failed = request % 10 === 0
        if (sampling.rate(failed, clock.monotonic()) > 0) taken[failed ? 'failed' : 'good'] += 1
        clock.advance(1)
      }
    }
    expect(taken).toEqual({ failed: 1_000, good: expect.any(Number) })
    expect(taken.good).toBeGreaterThan(80)
    expect(taken.good).toBeLessThanOrEqual(100)
  })
})

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([(value & 127) | 128, value >> 7])
}
