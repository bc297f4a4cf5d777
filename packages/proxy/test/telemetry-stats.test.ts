import { describe, expect, it } from 'vitest'
import { ConfigNode } from '../src/config/config-node.ts'
import type { ClusterConfig, EndpointConfig } from '../src/config/model.ts'
import { readCluster } from '../src/config/read-cluster.ts'
import type { Peer } from '../src/http/exchange.ts'
import { ResponseFlag } from '../src/http/exchange.ts'
import { CounterBaseline } from '../src/telemetry/counter-baseline.ts'
import { counterStats } from '../src/telemetry/counter-stats.ts'
import { IstioStats } from '../src/telemetry/istio-stats.ts'
import { createPeerMetadata } from '../src/telemetry/peer-metadata.ts'
import { renderStatsPrometheus, renderStatsText } from '../src/telemetry/render-stats.ts'
import { makeExchange } from './make-exchange.ts'

const node = (workload: string, labels: object = { app: workload, version: 'v9' }) => ({
  id: `sidecar~1.2.3.4~${workload}.ns~ns.svc.cluster.local`,
  metadata: {
    NAME: `${workload}-1`,
    NAMESPACE: 'ns',
    WORKLOAD_NAME: workload,
    CLUSTER_ID: 'Kubernetes',
    LABELS: labels,
  },
})
const own: Peer = createPeerMetadata(node('gateway')).own

function makeCluster(name: string, host?: string): ClusterConfig {
  const services = host === undefined ? [] : [{ host, name: host.split('.')[0], namespace: 'default' }]
  return ConfigNode.read({ name, metadata: { filter_metadata: { istio: { services } } } }, '', readCluster)
}

const endpoint: EndpointConfig = {
  address: { host: '10.0.0.1', port: 80 },
  weight: 1,
  priority: 0,
  locality: { region: '', zone: '', subZone: '', weight: 1 },
  health: 'healthy',
  metadata: {
    istio: { workload: 'myapp-v1;default;myapp;v1;Kubernetes' },
    'mizzen.io': { app: 'my"app', version: 'v1' },
  },
}

/** Labels of the one `istio_requests_total` series, and its value. */
function onlySeries(stats: IstioStats): { labels: Record<string, string>; value: number } {
  const lines = stats
    .render()
    .split('\n')
    .filter((line) => line.startsWith('istio_requests_total{'))
  expect(lines).toHaveLength(1)
  const [, labels = '', value] = /^istio_requests_total\{(.*)\} (\d+)$/.exec(lines[0] as string) ?? []
  return {
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, k, v]) => [k, v])),
    value: Number(value),
  }
}

describe("Istio's metrics", () => {
  it('name both sides as the source', () => {
    const stats = new IstioStats(own)
    const recorder = stats.recorder('source')
    const cluster = makeCluster('outbound|80|v1|myapp.default.svc.cluster.local', 'myapp.default.svc.cluster.local')
    for (let count = 0; count < 3; count += 1)
      recorder.record(makeExchange({ cluster, endpoint, status: 200, endedAt: 1007 }))
    const { labels, value } = onlySeries(stats)
    expect(value).toBe(3)
    expect(labels).toMatchObject({
      reporter: 'source',
      source_workload: 'gateway',
      source_workload_namespace: 'ns',
      source_version: 'v9',
      destination_workload: 'myapp-v1',
      destination_workload_namespace: 'default',
      destination_app: 'my\\"app',
      destination_version: 'v1',
      destination_service: 'myapp.default.svc.cluster.local',
      destination_service_name: 'myapp',
      destination_service_namespace: 'default',
      destination_canonical_service: 'myapp',
      destination_canonical_revision: 'v1',
      destination_cluster: 'Kubernetes',
      request_protocol: 'http',
      response_code: '200',
      response_flags: '-',
      connection_security_policy: 'unknown',
      source_principal: 'unknown',
    })
  })

  it('name the caller as the destination, by what it said of itself', () => {
    const stats = new IstioStats(own)
    const downstreamPeer = createPeerMetadata(node('x')).decode(createPeerMetadata(node('caller')).ownHeader)
    stats
      .recorder('destination')
      .record(makeExchange({ cluster: makeCluster('inbound|8080||'), downstreamPeer, status: 500, endedAt: 1001 }))
    expect(onlySeries(stats).labels).toMatchObject({
      reporter: 'destination',
      source_workload: 'caller',
      source_version: 'v9',
      destination_workload: 'gateway',
      destination_service: 'unknown',
      response_code: '500',
      connection_security_policy: 'none',
    })
  })

  it('say unknown of what there is not, and count by flags', () => {
    const stats = new IstioStats(own)
    stats.recorder('source').record(makeExchange({ status: 404, flags: ResponseFlag.NR, endedAt: 1000 }))
    expect(onlySeries(stats).labels).toMatchObject({
      destination_workload: 'unknown',
      response_code: '404',
      response_flags: 'NR',
    })
  })

  it('have the cumulative buckets of Istio', () => {
    const stats = new IstioStats(own)
    const recorder = stats.recorder('source')
    for (const ms of [0.4, 3, 3_600_001]) recorder.record(makeExchange({ status: 200, endedAt: 1000 + ms }))
    const buckets = [
      ...stats.render().matchAll(/istio_request_duration_milliseconds_bucket\{[^}]*le="([^"]+)"\} (\d+)/g),
    ]
    expect(Object.fromEntries(buckets.map(([, le, count]) => [le, Number(count)]))).toMatchObject({
      '0.5': 1,
      '1': 1,
      '5': 2,
      '3600000': 2,
      '+Inf': 3,
    })
    expect(stats.render()).toMatch(/istio_request_duration_milliseconds_count\{[^}]*\} 3/)
  })

  it('stay bounded when hosts are made up', () => {
    const stats = new IstioStats(own)
    const recorder = stats.recorder('source')
    const cluster = makeCluster('PassthroughCluster')
    for (let host = 0; host < 6000; host += 1)
      recorder.record(makeExchange({ cluster, authority: `h${host}`, status: 200, endedAt: 1001 }))
    const series = stats
      .render()
      .split('\n')
      .filter((line) => line.startsWith('istio_requests_total{'))
    expect(series.length).toBeLessThanOrEqual(5001)
    expect(series.find((line) => line.includes('destination_service="overflow"'))).toMatch(/ 1000$/)
  })
})

describe('peer metadata', () => {
  it.each([[undefined], [''], ['!!!'], ['AAAA'], ['x'.repeat(20_000)]])('takes %s for no peer', (value) => {
    expect(createPeerMetadata(node('a')).decode(value)).toBeUndefined()
  })

  it('tells labels that metrics are made of, and no others', () => {
    const { ownHeader } = createPeerMetadata(node('a', { app: 'a', secret: 'do-not-tell' }))
    expect(Buffer.from(ownHeader, 'base64').toString('latin1')).not.toContain('do-not-tell')
  })
})

it("prints Envoy's statistics under Envoy's names", () => {
  const counters = { upstreamRqTotal: 3, upstreamRqActive: 1, upstreamRqByClass: [0, 0, 2, 0, 1, 0], other: 'text' }
  const stats = counterStats('cluster', 'a:b', counters)
  expect(renderStatsText(stats)).toContain('cluster.a_b.upstream_rq_2xx: 2\n')
  expect(renderStatsPrometheus(stats)).toContain(
    '# TYPE envoy_cluster_upstream_rq_active gauge\nenvoy_cluster_upstream_rq_active{envoy_cluster_name="a_b"} 1\n',
  )
  expect(renderStatsPrometheus(stats)).toContain(
    'envoy_cluster_upstream_rq_xx{envoy_response_code_class="4",envoy_cluster_name="a_b"} 1\n',
  )
})

it('lets counters begin at 0 again, and leaves gauges alone', () => {
  const baseline = new CounterBaseline()
  const counted = (upstreamRqTotal: number) => counterStats('cluster', 'a', { upstreamRqTotal, upstreamRqActive: 2 })
  const values = (upstreamRqTotal: number) => baseline.since(counted(upstreamRqTotal)).map(({ value }) => value)
  expect(values(5)).toEqual([5, 2])
  baseline.reset(counted(5))
  expect(values(7)).toEqual([2, 2])
  // A worker that died took what it had counted along.
  expect(values(3)).toEqual([3, 2])
})
