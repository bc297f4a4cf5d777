/** Requests by route, as both sides' proxies tell them: our own by metrics, a stock Envoy by its log. */
import { describe, expect, it } from 'vitest'
import type { RouteEntry } from '../packages/proxy/src/config/model.ts'
import { IstioStats } from '../packages/proxy/src/telemetry/istio-stats.ts'
import { RouteStats } from '../packages/proxy/src/telemetry/route-stats.ts'
import { SeriesChanges } from '../packages/proxy/src/telemetry/stream/series-changes.ts'
import { makeExchange } from '../packages/proxy/test/make-exchange.ts'
import { DerivedMetrics } from '../packages/telemetry/src/ingest/derived-metrics.ts'
import { emptyLogEntry } from '../packages/telemetry/src/ingest/log-entry.ts'
import { logSender } from '../packages/telemetry/src/ingest/log-sender.ts'
import { loggedCall } from '../packages/telemetry/src/ingest/logged-call.ts'
import { MetricsReader } from '../packages/telemetry/src/ingest/metrics-reader.ts'
import { MergeTable } from '../packages/telemetry/src/merge-table.ts'
import { TrafficTable } from '../packages/telemetry/src/traffic-table.ts'

type Side = 'source' | 'destination'

interface Taken {
  readonly name: string
  /** Where somebody wrote it; undefined for a route of nobody's. */
  readonly path?: string
  readonly status: number
}

const TAKEN: readonly Taken[] = [
  { name: 'orders', path: 'spec.http[0].match[1]', status: 500 },
  { name: 'orders', path: 'spec.http[0].match[0]', status: 200 },
  { name: '', path: 'spec.http[1]', status: 200 },
  { name: 'default', status: 500 },
]

/** What our proxy streams of these. */
function streamed(side: Side): TrafficTable {
  const peer = { workload: 'shop', namespace: 'ns', app: 'a', version: 'v1', cluster: 'k', principal: '' }
  const routes = new RouteStats()
  const stats = new IstioStats({ ...peer, canonicalService: 'a', canonicalRevision: 'v1' }, routes)
  const changes = new SeriesChanges(true)
  const traffic = new TrafficTable()
  const reader = new MetricsReader(new MergeTable(traffic))
  const flush = (node?: Uint8Array) => {
    const message = changes.since({ http: stats.all, tcp: [], routes: routes.all })
    reader.read(Buffer.from(message.finish(node)), 0, () => 'for-sums')
  }
  flush(Buffer.from('node'))
  const recorder = stats.recorder(side)
  for (const { name, path, status } of TAKEN) {
    const route = { name, metadata: path === undefined ? null : { 'mizzen.io': { path } } } as unknown as RouteEntry
    recorder.record(makeExchange({ route, status, endedAt: 1_010, upstreamAttempts: 1 }))
  }
  flush()
  return traffic
}

/** What is made of a stock Envoy's log of these. */
function derived(side: Side): TrafficTable {
  const traffic = new TrafficTable()
  const metrics = new DerivedMetrics(new MergeTable(traffic))
  const node = { id: 'sidecar~10.0.0.1~shop-1.ns~ns.svc.cluster.local', metadata: {}, userAgentName: 'envoy' }
  const upstreamCluster = side === 'source' ? 'outbound|80||shop.ns.svc.cluster.local' : 'inbound|8080||'
  for (const { name, path = '-', status } of TAKEN) {
    const tags = { 'mizzen.route': path }
    const entry = { ...emptyLogEntry(), upstreamCluster, method: 'GET', routeName: name, tags, status, attempts: 1 }
    metrics.count(loggedCall(entry, logSender(node)), 0)
  }
  return traffic
}

describe.each([
  ['our proxy', streamed],
  ['a stock Envoy', derived],
])('requests that %s has seen', (_, seenBy) => {
  const counts = (side: Side) =>
    [...seenBy(side).all]
      .map(({ reporter, route, requests, failures }) => `${reporter} ${route || 'all'} ${requests} ${failures}`)
      .sort()

  it('count by any route at the caller', () => {
    expect(counts('source')).toEqual([
      ...['source all 4 2', 'source default 1 1', 'source http[1] 1 0', 'source orders 2 1'],
    ])
  })

  it('count at the server by the routes that somebody wrote, and else for the whole alone', () => {
    expect(counts('destination')).toEqual([
      ...['destination all 4 2', 'destination http[1] 1 0', 'destination orders 2 1'],
    ])
  })
})
