import { readFile } from 'node:fs/promises'
import { MizzenError } from '@mizzen/base'
import { ConfigNode } from './config-node.ts'
import type { Address, ClusterConfig, ListenerConfig } from './model.ts'
import { parseConfigText } from './parse-config-text.ts'
import { readCluster } from './read-cluster.ts'
import { readGrpcService } from './read-grpc-service.ts'
import { readListener } from './read-listener.ts'
import { type OverloadConfig, readOverloadManager } from './read-overload-manager.ts'
import { readRuntime } from './read-runtime.ts'
import { readSecret } from './read-secret.ts'
import { type MetricsSinkConfig, readStatsSinks } from './read-stats-sinks.ts'
import { readAddress, readConfigSource } from './read-values.ts'
import type { SecretConfig } from './tls-model.ts'

/** Who the proxy says it is. */
export interface NodeConfig {
  readonly id: string
  readonly cluster: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
}

/** A static resource as it was read, and as it was written (for `/config_dump`). */
export interface StaticResource<T> {
  readonly config: T
  readonly raw: unknown
}

export interface AdsConfig {
  readonly target: Address
  readonly mode: 'sotw' | 'delta'
  /** Wait for the first answer, ms; 0 = for ever. */
  readonly clustersTimeoutMs: number
  readonly listenersTimeoutMs: number
}

/** envoy.config.bootstrap.v3.Bootstrap, as far as it is supported. */
export interface Bootstrap {
  readonly node: NodeConfig
  readonly admin?: Address
  readonly listeners: readonly StaticResource<ListenerConfig>[]
  /** Without the control plane's cluster, which carries no traffic of the data plane. */
  readonly clusters: readonly StaticResource<ClusterConfig>[]
  readonly controlPlaneCluster?: ClusterConfig
  readonly secrets: readonly SecretConfig[]
  readonly overload: OverloadConfig
  readonly ads?: AdsConfig
  readonly metricsSink?: MetricsSinkConfig
  /** Addresses of static clusters, by name: gRPC services of the proxy's own are found there. */
  readonly services: ReadonlyMap<string, Address>
  /** Numbers of the static runtime layers, by their full names. */
  readonly runtime: Readonly<Record<string, number>>
  readonly raw: unknown
}

/** Reads a bootstrap file, JSON or YAML. Throws MizzenError with the file's path or the field's. */
export async function readBootstrapFile(file: string): Promise<Bootstrap> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new MizzenError('no-bootstrap', `cannot read the bootstrap: ${error.message}`)
  })
  return readBootstrap(await parseConfigText(text, file, 'bad-bootstrap'))
}

/** Throws MizzenError `bad-config` or `unsupported-config` with the field's path. */
export function readBootstrap(value: unknown): Bootstrap {
  return ConfigNode.read(value, '', (node) => {
    ignoreWithoutEffect(node)
    const resources = node.child('static_resources', readStatic) ?? { listeners: [], clusters: [], secrets: [] }
    const dynamic = node.child('dynamic_resources', readDynamic)
    return {
      node: node.child('node', readNode) ?? readNode(new ConfigNode({}, 'node')),
      admin: node.child('admin', readAdmin),
      listeners: resources.listeners,
      secrets: resources.secrets,
      clusters: resources.clusters.filter(({ config }) => config.name !== dynamic?.cluster),
      controlPlaneCluster: resources.clusters.find(({ config }) => config.name === dynamic?.cluster)?.config,
      overload: node.child('overload_manager', readOverloadManager) ?? {},
      ads: dynamic === undefined ? undefined : adsConfig(dynamic, resources.clusters),
      metricsSink: readStatsSinks(node),
      services: serviceAddresses(resources.clusters),
      runtime: node.child('layered_runtime', readRuntime) ?? {},
      raw: value,
    }
  })
}

/** Statistics, watchdogs, runtime flags and what tunes Envoy itself. */
function ignoreWithoutEffect(node: ConfigNode): void {
  node.ignore(
    'cluster_manager',
    'default_regex_engine',
    'enable_dispatcher_stats',
    'flags_path',
    'memory_allocator_manager',
    'stats_config',
    'stats_flush_on_admin',
    'typed_dns_resolver_config',
    'use_tcp_for_dns_lookups',
    'watchdog',
    'watchdogs',
    '@type',
  )
}

function readNode(node: ConfigNode): NodeConfig {
  node.ignore('user_agent_name', 'user_agent_version', 'user_agent_build_version', 'extensions', 'client_features')
  return {
    id: node.string('id'),
    cluster: node.string('cluster'),
    metadata: (node.raw('metadata') ?? {}) as NodeConfig['metadata'],
    locality: node.child('locality', (place) => ({
      region: place.string('region'),
      zone: place.string('zone'),
      subZone: place.string('sub_zone'),
    })) ?? { region: '', zone: '', subZone: '' },
  }
}

function readAdmin(node: ConfigNode): Address | undefined {
  node.ignore('access_log', 'access_log_path', 'profile_path', 'ignore_global_conn_limit')
  return node.child('address', readAddress)
}

function readStatic(node: ConfigNode): Pick<Bootstrap, 'listeners' | 'clusters' | 'secrets'> {
  return {
    listeners: readWithRaw(node, 'listeners', readListener),
    clusters: readWithRaw(node, 'clusters', readCluster),
    secrets: node.list('secrets', (secret) => readSecret(secret, 'static')),
  }
}

function readWithRaw<T>(node: ConfigNode, name: string, read: (node: ConfigNode) => T): readonly StaticResource<T>[] {
  const raws = (node.raw(name) ?? []) as readonly unknown[]
  return node.list(name, read).map((config, index) => ({ config, raw: raws[index] }))
}

interface Dynamic {
  readonly cluster: string
  readonly mode: AdsConfig['mode']
  readonly clustersTimeoutMs: number
  readonly listenersTimeoutMs: number
}

function readDynamic(node: ConfigNode): Dynamic {
  const ads = node.child('ads_config', readAds)
  if (ads === undefined) throw node.error('unsupported-config', 'is needed', 'ads_config')
  return {
    ...ads,
    clustersTimeoutMs: node.child('cds_config', readConfigSource) ?? 0,
    listenersTimeoutMs: node.child('lds_config', readConfigSource) ?? 0,
  }
}

function readAds(node: ConfigNode): Pick<Dynamic, 'cluster' | 'mode'> {
  node.enumeration('transport_api_version', { AUTO: true, V3: true })
  node.ignore('set_node_on_first_message_only', 'rate_limit_settings')
  const mode = node.enumeration('api_type', {
    GRPC: 'sotw',
    AGGREGATED_GRPC: 'sotw',
    DELTA_GRPC: 'delta',
    AGGREGATED_DELTA_GRPC: 'delta',
  } as const)
  const [cluster] = node.list('grpc_services', readGrpcService)
  if (cluster === undefined) throw node.error('bad-config', 'must name one', 'grpc_services')
  return { cluster, mode }
}

function serviceAddresses(clusters: Bootstrap['clusters']): ReadonlyMap<string, Address> {
  const entries = clusters.map(({ config }) => [config.name, config.endpoints?.endpoints[0]?.address] as const)
  return new Map(entries.flatMap(([name, address]) => (address === undefined ? [] : [[name, address] as const])))
}

function adsConfig(dynamic: Dynamic, clusters: Bootstrap['clusters']): AdsConfig {
  const target = clusters.find(({ config }) => config.name === dynamic.cluster)?.config.endpoints?.endpoints[0]?.address
  if (target === undefined) {
    throw new MizzenError('bad-config', `there is no static cluster "${dynamic.cluster}" with an endpoint`, {
      path: 'dynamic_resources.ads_config.grpc_services[0].envoy_grpc.cluster_name',
    })
  }
  const { mode, clustersTimeoutMs, listenersTimeoutMs } = dynamic
  return { target, mode, clustersTimeoutMs, listenersTimeoutMs }
}
