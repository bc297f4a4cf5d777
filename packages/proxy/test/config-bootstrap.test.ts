import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBootstrap, readBootstrapFile } from '../src/config/bootstrap.ts'
import { ConfigNode } from '../src/config/config-node.ts'
import { readCluster } from '../src/config/read-cluster.ts'
import { readEndpoints } from '../src/config/read-endpoints.ts'
import { readListener } from '../src/config/read-listener.ts'

const address = { socket_address: { address: '127.0.0.1', port_value: 80 } }
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const FILE_LOG = {
  '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
  path: '/dev/null',
}
const ROUTER = {
  name: 'router',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
}

function listener(manager: object, more: object = {}): unknown {
  const typed_config = {
    '@type': HCM,
    stat_prefix: 's',
    route_config: { name: 'r' },
    http_filters: [ROUTER],
    ...manager,
  }
  return {
    name: 'l',
    address,
    traffic_direction: 'OUTBOUND',
    filter_chains: [{ filters: [{ name: 'hcm', typed_config }] }],
    ...more,
  }
}
const manager = (fields: object) => {
  const network = ConfigNode.read(listener(fields), '', readListener).filterChains[0]?.network
  return network?.kind === 'http' ? network.http : undefined
}

const MANAGER = 'filter_chains[0].filters[0].typed_config'

describe('listeners', () => {
  it("have Envoy's defaults", () => {
    expect(manager({})).toMatchObject({
      serverHeader: { mode: 'overwrite', name: 'envoy' },
      streamIdleTimeoutMs: 300_000,
      idleTimeoutMs: 3_600_000,
      maxRequestHeadersBytes: 60 * 1024,
      maxHeadersCount: 100,
      generateRequestId: true,
      filters: [],
    })
  })

  it("take Istio's filters", () => {
    const typed = (url: string, value: object) => ({
      '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
      type_url: `type.googleapis.com/${url}`,
      value,
    })
    const http_filters = [
      {
        name: 'p',
        typed_config: typed('io.istio.http.peer_metadata.Config', {
          downstream_discovery: [{ istio_headers: {} }],
          upstream_propagation: [{ istio_headers: {} }],
        }),
      },
      { name: 'f', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault' } },
      { name: 's', typed_config: typed('stats.PluginConfig', {}) },
      ROUTER,
    ]
    expect(manager({ http_filters })?.filters).toEqual([
      { kind: 'peer-metadata', direction: 'inbound' },
      { kind: 'peer-metadata', direction: 'outbound' },
      { kind: 'fault', fault: { delay: undefined, abort: undefined } },
      { kind: 'stats', reporter: 'source' },
    ])
  })

  it.each([
    [{ tracing: { operation: '%REQ(:METHOD)%' } }, `${MANAGER}.tracing.operation`],
    [{ codec_type: 'HTTP3' }, `${MANAGER}.codec_type`],
    [{ http_filters: [] }, `${MANAGER}.http_filters`],
    [
      { http_filters: [{ name: 'x', typed_config: { '@type': 'type.googleapis.com/envoy.Lua' } }, ROUTER] },
      `${MANAGER}.http_filters[0].typed_config`,
    ],
    [{ forward_client_cert_details: 'SOMETIMES' }, `${MANAGER}.forward_client_cert_details`],
    [{ stat_prefix: '' }, `${MANAGER}.stat_prefix`],
    [
      { access_log: [{ name: 'x', filter: { response_flag_filter: {} }, typed_config: FILE_LOG }] },
      `${MANAGER}.access_log[0].filter`,
    ],
    [
      { route_config: { virtual_hosts: [{ name: 'v', domains: ['*'], rate_limits: [{}] }] } },
      `${MANAGER}.route_config.virtual_hosts[0].rate_limits`,
    ],
  ])('refuse %o at %s', (fields, path) => {
    expect(() => manager(fields)).toThrow(expect.objectContaining({ path }))
  })

  it.each([
    [{ filter_chains: [] }, 'filter_chains'],
    [{ listener_filters: [{ name: 'envoy.filters.listener.original_dst' }] }, 'listener_filters[0].typed_config'],
    [{ additional_addresses: [{}] }, 'additional_addresses'],
  ])('refuse %o', (more, path) => {
    expect(() => ConfigNode.read(listener({}, more), '', readListener)).toThrow(expect.objectContaining({ path }))
  })
})

describe('clusters and endpoints', () => {
  const cluster = (fields: object) => ConfigNode.read({ name: 'c', ...fields }, '', readCluster)

  it("have Envoy's defaults", () => {
    expect(cluster({})).toMatchObject({
      discovery: 'static',
      balancer: 'round-robin',
      edsServiceName: 'c',
      connectTimeoutMs: 5000,
      panicThreshold: 50,
      protocol: 'http1',
      limits: { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 },
    })
  })

  it('take what Istio sends', () => {
    const read = cluster({
      type: 'EDS',
      eds_cluster_config: {
        eds_config: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
        service_name: 'other',
      },
      lb_policy: 'LEAST_REQUEST',
      circuit_breakers: { thresholds: [{ max_connections: 4294967295, track_remaining: true }] },
      common_lb_config: { healthy_panic_threshold: {} },
      metadata: { filter_metadata: { istio: { services: [] } } },
    })
    expect(read).toMatchObject({
      discovery: 'eds',
      edsServiceName: 'other',
      balancer: 'least-request',
      panicThreshold: 0,
    })
    expect(read.limits).toMatchObject({ maxConnections: 4294967295, maxRequests: 1024 })
  })

  it.each([
    [{ type: 'EDS', eds_cluster_config: { eds_config: { path: '/x' } } }, 'eds_cluster_config.eds_config'],
    [{ outlier_detection: {} }, 'outlier_detection'],
    [
      { transport_socket: { name: 'tls', typed_config: { '@type': 'type.googleapis.com/envoy.Tls' } } },
      'transport_socket.typed_config',
    ],
    [{ connect_timeout: '5 seconds' }, 'connect_timeout'],
  ])('refuse %o', (fields, path) => {
    expect(() => cluster(fields)).toThrow(expect.objectContaining({ path }))
  })

  it('read health, weight, priority and place of endpoints', () => {
    const lb_endpoints = [{ endpoint: { address }, health_status: 'DRAINING', load_balancing_weight: 3 }]
    const read = ConfigNode.read(
      { cluster_name: 'c', endpoints: [{ locality: { region: 'r' }, priority: 1, lb_endpoints }] },
      '',
      readEndpoints,
    )
    expect(read.endpoints).toEqual([
      {
        address: { host: '127.0.0.1', port: 80 },
        weight: 3,
        priority: 1,
        locality: { region: 'r', zone: '', subZone: '', weight: 1 },
        health: 'draining',
        metadata: {},
      },
    ])
  })
})

describe('bootstraps', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mizzen-bootstrap-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it('are JSON or YAML, in either spelling', async () => {
    const json = await readBootstrapFile(
      write('a.json', '{"admin":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":1}}}}'),
    )
    const yaml = await readBootstrapFile(
      write('a.yaml', 'admin:\n  address:\n    socket_address: {address: 127.0.0.1, port_value: 1}\n'),
    )
    expect(json.admin).toEqual({ host: '127.0.0.1', port: 1 })
    expect(yaml.admin).toEqual(json.admin)
  })

  it('keep the cluster of the control plane from the data plane', () => {
    const grpc = {
      name: 'xds',
      http2_protocol_options: {},
      load_assignment: { cluster_name: 'xds', endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    }
    const ads_config = {
      api_type: 'DELTA_GRPC',
      transport_api_version: 'V3',
      grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
    }
    const read = readBootstrap({
      static_resources: { clusters: [grpc, { name: 'other' }] },
      dynamic_resources: { ads_config, cds_config: { ads: {} } },
    })
    expect(read.clusters.map(({ config }) => config.name)).toEqual(['other'])
    expect(read.ads).toEqual({
      target: { host: '127.0.0.1', port: 80 },
      mode: 'delta',
      clustersTimeoutMs: 15_000,
      listenersTimeoutMs: 0,
    })
    expect(() => readBootstrap({ dynamic_resources: { ads_config } })).toThrow(/no static cluster "xds"/)
  })

  it('that are wrong say where', async () => {
    await expect(readBootstrapFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'no-bootstrap' })
    await expect(readBootstrapFile(write('b.json', '{'))).rejects.toMatchObject({ code: 'bad-bootstrap' })
    expect(() => readBootstrap({ static_resources: { secrets: [{}] } })).toThrow(
      expect.objectContaining({ path: 'static_resources.secrets[0]' }),
    )
  })
})
