import type { Logger, Random } from '@mizzen/base'
import type { ClusterConfig, EndpointsConfig } from '../config/model.ts'
import type { DeadlineWheel } from '../http/deadline-wheel.ts'
import type { EventTurn } from '../http/event-turn.ts'
import type { ClusterTransports } from '../tls/cluster-transports.ts'
import { type Cluster, ListedCluster } from './cluster.ts'
import type { Connector } from './connector.ts'
import type { DnsCaches } from './dns-cache.ts'
import { DNS_DEFAULTS, DnsResolution } from './dns-resolution.ts'
import { DynamicForwardProxyCluster } from './dynamic-forward-proxy.ts'
import type { Resolve } from './host-resolution.ts'
import { OriginalDestinationCluster } from './original-destination.ts'

export interface ClusterDeps {
  readonly connector: Connector
  readonly transports: ClusterTransports
  readonly random: Random
  readonly resolve: Resolve
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly logger: Logger
  readonly dnsCaches: DnsCaches
}

interface Entry {
  readonly cluster: Cluster
  readonly resolution: DnsResolution | null
}

/** All clusters of a runtime by name, and the endpoints that EDS has given, whichever comes first. */
export class ClusterRegistry {
  readonly #deps: ClusterDeps
  readonly #entries = new Map<string, Entry>()
  /** Those that take their endpoints from an assignment, by its cluster name. */
  readonly #byService = new Map<string, Set<Entry>>()
  /** By cluster name of the assignment (a cluster's `edsServiceName`). */
  readonly #assignments = new Map<string, EndpointsConfig>()

  constructor(deps: ClusterDeps) {
    this.#deps = deps
  }

  get(name: string): Cluster | undefined {
    return this.#entries.get(name)?.cluster
  }

  get all(): readonly Cluster[] {
    return [...this.#entries.values()].map((entry) => entry.cluster)
  }

  /** Adds or replaces. Throws MizzenError `not-supported` for a balancer; then what was there stays. */
  put(config: ClusterConfig): void {
    const useTransports = this.#deps.transports.prepare(config)
    const known = this.#entries.get(config.name)
    if (known !== undefined && isSameKind(known.cluster.config, config)) {
      this.#unindex(known)
      known.cluster.configure(config)
      this.#index(known)
      if (useTransports()) for (const { pool } of known.cluster.endpoints) pool.drain()
      this.#assign(known)
      return
    }
    const entry = this.#create(config)
    useTransports()
    this.#entries.set(config.name, entry)
    this.#index(entry)
    this.#assign(entry)
    if (known !== undefined) this.#retire(known)
  }

  remove(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#deps.transports.remove(name)
    this.#retire(entry)
    const { config } = entry.cluster
    const service = serviceName(config)
    if (config.discovery === 'eds' && !this.#byService.has(service)) this.#assignments.delete(service)
  }

  putEndpoints(config: EndpointsConfig): void {
    this.#assignments.set(config.clusterName, config)
    for (const { cluster } of this.#byService.get(config.clusterName) ?? []) {
      ;(cluster as ListedCluster).setEndpoints(config)
    }
  }

  /** Resolves when the names of DNS clusters that are there were asked for once; undefined = that is so already. */
  resolved(): Promise<unknown> | undefined {
    const waiting = [...this.#entries.values()].flatMap(({ resolution }) => resolution?.ready() ?? [])
    return waiting.length === 0 ? undefined : Promise.all(waiting)
  }

  /** Closes everything at once. */
  close(): void {
    for (const { cluster, resolution } of this.#entries.values()) {
      resolution?.stop()
      cluster.close()
    }
    this.#entries.clear()
    this.#byService.clear()
  }

  #index(entry: Entry): void {
    const { config } = entry.cluster
    if (config.discovery !== 'eds') return
    const service = serviceName(config)
    const alike = this.#byService.get(service)
    if (alike === undefined) this.#byService.set(service, new Set([entry]))
    else alike.add(entry)
  }

  #unindex(entry: Entry): void {
    const service = serviceName(entry.cluster.config)
    const alike = this.#byService.get(service)
    alike?.delete(entry)
    if (alike?.size === 0) this.#byService.delete(service)
  }

  #retire(entry: Entry): void {
    this.#unindex(entry)
    entry.resolution?.stop()
    entry.cluster.retire()
  }

  #create(config: ClusterConfig): Entry {
    const { connector, random } = this.#deps
    if (config.discovery === 'original-dst') {
      return { cluster: new OriginalDestinationCluster(config, connector), resolution: null }
    }
    if (config.discovery === 'dynamic-forward-proxy') {
      return { cluster: new DynamicForwardProxyCluster(config, connector, this.#deps.dnsCaches), resolution: null }
    }
    const cluster = new ListedCluster(config, connector, random)
    const byDns = config.discovery === 'strict-dns' || config.discovery === 'logical-dns'
    const found = (endpoints: EndpointsConfig['endpoints']) => cluster.setEndpoints({ endpoints })
    const logical = config.discovery === 'logical-dns'
    return { cluster, resolution: byDns ? new DnsResolution(this.#deps, logical, found) : null }
  }

  /** Gives the cluster the endpoints that are known for it. */
  #assign({ cluster, resolution }: Entry): void {
    const { config } = cluster
    if (config.discovery === 'original-dst' || config.discovery === 'dynamic-forward-proxy') return
    const fromConfig = config.endpoints ?? { clusterName: config.name, endpoints: [] }
    if (resolution !== null) resolution.start(fromConfig, config.dns ?? DNS_DEFAULTS)
    else if (config.discovery === 'static') (cluster as ListedCluster).setEndpoints(fromConfig)
    else {
      const assignment = this.#assignments.get(serviceName(config))
      if (assignment !== undefined) (cluster as ListedCluster).setEndpoints(assignment)
    }
  }
}

function serviceName(config: ClusterConfig): string {
  return config.edsServiceName === '' ? config.name : config.edsServiceName
}

/** Else its endpoints and their pools begin anew. */
function isSameKind(one: ClusterConfig, other: ClusterConfig): boolean {
  const tells = (config: ClusterConfig) => config.proxyProtocol !== undefined
  return one.discovery === other.discovery && one.protocol === other.protocol && tells(one) === tells(other)
}
