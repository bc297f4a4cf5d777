import { fromBinary } from '@bufbuild/protobuf'
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, VIRTUAL_HOST_TYPE } from '@mizzen/xds/types'
import type { WireResponse } from '../../packages/xds/src/wire/responses.ts'
import { AdsStream, type Mode } from './ads-stream.ts'

export interface LoadProxyOptions {
  /** `host:port` of the server. */
  readonly target: string
  readonly mode: Mode
  readonly index: number
  readonly namespace: string
  readonly address: string
  /** It fetches virtual hosts on demand: those of these hosts. */
  readonly hosts?: readonly string[]
  /** Something came. */
  readonly onUpdate: (proxy: LoadProxy, response: WireResponse) => void
}

/** The route configuration of a sidecar's outbound HTTP proxy. */
const HTTP_PROXY = 'http_proxy'
const ALL: ReadonlySet<string> = new Set(['*'])

/** What each type of resource names of another one. */
const FOLLOWED = [
  { from: CLUSTER_TYPE, to: ENDPOINT_TYPE, read: endpointsOf },
  { from: LISTENER_TYPE, to: ROUTE_TYPE, read: routesOf },
]

/** What resources name, by their type, name and size: the same from proxy to proxy, so that each is taken apart once. */
const known = new Map<string, readonly string[]>()

/**
 * A sidecar as the server sees it: it subscribes as Envoy does (clusters and listeners, then the endpoints and routes that
 * they name), acknowledges everything, and keeps nothing but names.
 */
export class LoadProxy {
  readonly #options: LoadProxyOptions
  readonly #stream: AdsStream
  readonly #seen = new Set<string>()
  /** What resources name, by type of these and their name. */
  readonly #named = new Map<string, Map<string, readonly string[]>>()
  readonly #wanted = new Map<string, ReadonlySet<string>>()
  /** Wanted and not received yet. */
  readonly #missing = new Map<string, Set<string>>()
  /** Of all resources that came. */
  bytes = 0

  constructor(options: LoadProxyOptions) {
    this.#options = options
    const { target, mode, index, namespace, address, hosts = [] } = options
    const name = `load-${index}`
    const node = {
      id: `sidecar~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
      cluster: name,
      metadata: {
        ...{ NAMESPACE: namespace, NAME: name, LABELS: { app: name }, CLUSTER_ID: 'Kubernetes' },
        ...(hosts.length > 0 && { MIZZEN_ON_DEMAND_HOSTS: 'true' }),
      },
      userAgentName: 'envoy',
    }
    this.#stream = new AdsStream(target, mode, node, (response) => this.#receive(response))
    for (const { from } of FOLLOWED) this.#stream.ask(from, ALL)
    if (hosts.length > 0) this.#stream.ask(VIRTUAL_HOST_TYPE, new Set(hosts.map((host) => `${HTTP_PROXY}/${host}`)))
  }

  close(): void {
    this.#stream.close()
  }

  /** It has its clusters, listeners, and all that they name. */
  get complete(): boolean {
    return FOLLOWED.every(({ from, to }) => this.#seen.has(from) && (this.#missing.get(to)?.size ?? 0) === 0)
  }

  #receive(response: WireResponse): void {
    const { typeUrl, resources } = response
    this.#seen.add(typeUrl)
    const missing = this.#missing.get(typeUrl)
    for (const { name, body } of resources) {
      this.bytes += body.length
      missing?.delete(name)
    }
    for (const { from, to, read } of FOLLOWED) if (from === typeUrl) this.#follow(response, to, read)
    this.#options.onUpdate(this, response)
  }

  /** Asks for what the resources of this type name. */
  #follow(
    { typeUrl, resources, removals }: WireResponse,
    to: string,
    read: (body: Uint8Array) => readonly string[],
  ): void {
    const named = this.#named.get(to) ?? new Map<string, readonly string[]>()
    this.#named.set(to, named)
    for (const name of removals) named.delete(name)
    for (const { name, body } of resources) {
      const key = `${typeUrl} ${name} ${body.length}`
      let names = known.get(key)
      if (names === undefined) known.set(key, (names = read(body)))
      named.set(name, names)
    }
    const before = this.#wanted.get(to)
    const wanted = new Set([...named.values()].flat())
    const fresh = [...wanted].filter((name) => before === undefined || !before.has(name))
    if (before !== undefined && fresh.length === 0 && before.size === wanted.size) return
    const still = [...(this.#missing.get(to) ?? [])].filter((name) => wanted.has(name))
    this.#missing.set(to, new Set([...still, ...fresh]))
    this.#wanted.set(to, wanted)
    this.#stream.ask(to, wanted)
  }
}

function endpointsOf(body: Uint8Array): readonly string[] {
  const cluster = fromBinary(ClusterSchema, body)
  const { case: kind, value } = cluster.clusterDiscoveryType
  return kind === 'type' && value === DiscoveryType.EDS ? [cluster.edsClusterConfig?.serviceName || cluster.name] : []
}

function routesOf(body: Uint8Array): readonly string[] {
  const { filterChains, defaultFilterChain } = fromBinary(ListenerSchema, body)
  const chains = defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain]
  return chains.flatMap(({ filters }) =>
    filters.flatMap(({ configType }) => {
      if (configType.case !== 'typedConfig' || !configType.value.typeUrl.endsWith('.HttpConnectionManager')) return []
      const { routeSpecifier } = fromBinary(HttpConnectionManagerSchema, configType.value.value)
      return routeSpecifier.case === 'rds' ? [routeSpecifier.value.routeConfigName] : []
    }),
  )
}
