import { createRegistry, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { OriginalDstSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js'
import { ProxyProtocolSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js'
import { SniClusterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js'
import { TcpProxySchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { describe, expect, it } from 'vitest'
import { ConfigNode } from '../src/config/config-node.ts'
import { decodeMessage } from '../src/config/protobuf/decode.ts'
import { readCluster } from '../src/config/read-cluster.ts'
import { readListener } from '../src/config/read-listener.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'

function listener(proxy: object, more: object = {}, before: readonly unknown[] = []): unknown {
  const typed = { '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', ...proxy }
  return {
    name: 'l',
    address: { socket_address: { address: '0.0.0.0', port_value: 15_001 } },
    filter_chains: [{ filters: [...before, { name: 'tcp', typed_config: typed }] }],
    ...more,
  }
}

const REGISTRY = createRegistry(TcpProxySchema, SniClusterSchema, OriginalDstSchema, ProxyProtocolSchema)

const read = (value: unknown) => ConfigNode.read(value, '', readListener)
const tcpOf = (value: unknown) => {
  const network = read(value).filterChains[0]?.network
  return network?.kind === 'tcp' ? network.tcp : undefined
}

describe('a TCP proxy', () => {
  it("has Envoy's defaults", () => {
    expect(tcpOf(listener({ cluster: 'c' }))).toEqual({
      statPrefix: 'tcp',
      clusters: [{ name: 'c', weight: 1 }],
      clusterFromServerName: false,
      idleTimeoutMs: 3_600_000,
      maxDurationMs: 0,
      maxConnectAttempts: 1,
      accessLogs: [],
      reporters: [],
    })
  })

  it('knows the filters before it', () => {
    const stats = { name: 'istio.stats', typed_config: { '@type': 'type.googleapis.com/stats.PluginConfig' } }
    const sni = {
      name: 'sni_cluster',
      typed_config: { '@type': `${TYPE}.filters.network.sni_cluster.v3.SniCluster` },
    }
    const tcp = tcpOf(listener({ cluster: 'c' }, { traffic_direction: 'INBOUND' }, [sni, stats]))
    expect(tcp).toMatchObject({ clusterFromServerName: true, reporters: ['destination'] })
  })

  it.each([
    ['nothing to go to', {}, 'filter_chains[0].filters[0].typed_config.cluster'],
    ['no weights', { weighted_clusters: { clusters: [] } }, 'filter_chains[0].filters[0].typed_config.cluster'],
    [
      'a weight of 0',
      { weighted_clusters: { clusters: [{ name: 'c' }] } },
      'filter_chains[0].filters[0].typed_config.weighted_clusters.clusters[0].weight',
    ],
    [
      'a tunnel',
      { cluster: 'c', tunneling_config: { hostname: 'a:1' } },
      'filter_chains[0].filters[0].typed_config.tunneling_config',
    ],
    [
      'a hash policy',
      { cluster: 'c', hash_policy: [{ source_ip: {} }] },
      'filter_chains[0].filters[0].typed_config.hash_policy',
    ],
  ])('is refused with %s', (_, proxy, path) => {
    expect(() => read(listener(proxy))).toThrow(expect.objectContaining({ path }))
  })

  it('is refused where it is not the last filter', () => {
    const chains = [
      { filters: [...Array(2).keys()].map(() => (listener({ cluster: 'c' }) as Chains).filter_chains[0]?.filters[0]) },
    ]
    expect(() => read(listener({ cluster: 'c' }, { filter_chains: chains }))).toThrow('with the TCP proxy last')
  })

  it('and its listener come as protobuf, too', () => {
    const of = (type: string, fields: object = {}) => ({
      name: type,
      typed_config: { '@type': `${TYPE}.${type}`, ...fields },
    })
    const json = listener(
      { cluster: 'c' },
      {
        use_original_dst: true,
        transparent: true,
        listener_filters: [
          of('filters.listener.original_dst.v3.OriginalDst'),
          of('filters.listener.proxy_protocol.v3.ProxyProtocol', { allow_requests_without_proxy_protocol: true }),
        ],
      },
      [of('filters.network.sni_cluster.v3.SniCluster')],
    )
    const message = fromJson(ListenerSchema, json as JsonValue, { registry: REGISTRY })
    const decoded = decodeMessage('envoy.config.listener.v3.Listener', toBinary(ListenerSchema, message))
    expect(read(decoded)).toEqual(read(json))
    expect(read(decoded).listenerFilters.map(({ kind }) => kind)).toEqual(['original-dst', 'proxy-protocol'])
  })
})

interface Chains {
  readonly filter_chains: readonly { readonly filters: readonly unknown[] }[]
}

describe('clusters', () => {
  const cluster = (fields: object) => ConfigNode.read({ name: 'c', ...fields }, '', readCluster)
  const named = (count: number) => ({
    load_assignment: {
      cluster_name: 'c',
      endpoints: [
        {
          lb_endpoints: Array.from({ length: count }, () => ({
            endpoint: { address: { socket_address: { address: 'a.example', port_value: 80 } } },
          })),
        },
      ],
    },
  })

  it('say how names are asked for', () => {
    expect(cluster({ type: 'STRICT_DNS', ...named(2) }).dns).toEqual({
      family: 'auto',
      refreshMs: 5_000,
      failureRefresh: { baseMs: 5_000, maxMs: 50_000 },
      respectTtl: false,
    })
    const fields = {
      dns_lookup_family: 'V4_PREFERRED',
      dns_refresh_rate: '60s',
      dns_failure_refresh_rate: { base_interval: '2s' },
      respect_dns_ttl: true,
    }
    expect(cluster({ type: 'LOGICAL_DNS', ...named(1), ...fields }).dns).toEqual({
      family: 'v4-preferred',
      refreshMs: 60_000,
      failureRefresh: { baseMs: 2_000, maxMs: 20_000 },
      respectTtl: true,
    })
  })

  it.each([
    ['a logical host with two names', { type: 'LOGICAL_DNS', ...named(2) }, 'load_assignment'],
    [
      'failures that are asked about less and less rarely',
      { type: 'STRICT_DNS', ...named(1), dns_failure_refresh_rate: { base_interval: '2s', max_interval: '1s' } },
      'dns_failure_refresh_rate.max_interval',
    ],
    [
      'a pipe without a place',
      pipe('relative'),
      'load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.pipe.path',
    ],
  ])('are refused with %s', (_, fields, path) => {
    expect(() => cluster(fields)).toThrow(expect.objectContaining({ path }))
  })

  it('of original destinations say where the destination is said', () => {
    const lb = { original_dst_lb_config: { use_http_header: true, upstream_port_override: 81 }, cleanup_interval: '9s' }
    expect(cluster({ type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', ...lb }).originalDst).toEqual({
      header: 'x-envoy-original-dst-host',
      portOverride: 81,
      cleanupIntervalMs: 9_000,
    })
  })

  it('have Unix domain sockets', () => {
    expect(cluster({ type: 'STATIC', ...pipe('/run/a.sock') }).endpoints?.endpoints[0]?.address).toEqual({
      host: '/run/a.sock',
      port: 0,
    })
  })
})

function pipe(path: string): object {
  const endpoint = { endpoint: { address: { pipe: { path } } } }
  return { load_assignment: { cluster_name: 'c', endpoints: [{ lb_endpoints: [endpoint] }] } }
}
