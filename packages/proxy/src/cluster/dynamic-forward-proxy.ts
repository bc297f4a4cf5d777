import { isIP } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address, ClusterConfig, DnsCacheConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { Circuit } from './circuit.ts'
import type { Cluster } from './cluster.ts'
import { ClusterStats } from './cluster-stats.ts'
import type { Connector } from './connector.ts'
import type { DnsCache, DnsCaches } from './dns-cache.ts'
import type { Endpoint } from './endpoint.ts'
import { openEndpoint } from './open-endpoint.ts'
import { parseAuthority } from './original-destination.ts'

/** Endpoints with and without a port of their own; hosts are bounded by the cache, this bounds their ports. */
const MAX_ENDPOINTS = 4096

/**
 * A cluster whose endpoint is the host that the request names. The filter of the same name has found out its addresses
 * before; a host whose addresses nobody found out has no endpoint.
 */
export class DynamicForwardProxyCluster implements Cluster {
  readonly stats = new ClusterStats()
  readonly circuit: Circuit
  readonly #connector: Connector
  readonly #cache: DnsCache
  /** By `host:port`. */
  readonly #endpoints = new Map<string, Endpoint>()
  #config: ClusterConfig

  /** Throws MizzenError `bad-config` if its cache cannot be had. */
  constructor(config: ClusterConfig, connector: Connector, caches: DnsCaches) {
    this.#config = config
    this.#connector = connector
    this.#cache = caches.get(config.dnsCache as DnsCacheConfig)
    this.#cache.onForgotten((host) => this.#forget(host))
    this.circuit = new Circuit(config.limits, this.stats)
  }

  get config(): ClusterConfig {
    return this.#config
  }

  get cache(): DnsCache {
    return this.#cache
  }

  get endpoints(): Iterable<Endpoint> {
    return this.#endpoints.values()
  }

  pick(exchange: Exchange): Endpoint | null {
    const wanted = parseAuthority(exchange.authority, this.#defaultPort)
    const host = wanted === null ? null : this.#addressOf(wanted)
    if (wanted === null || host === null) return null
    const { port } = wanted
    const identity = `${wanted.host}|${port}`
    const known = this.#endpoints.get(identity)
    if (known === undefined) return this.#add(wanted, identity, host)
    if (known.config.address.host !== host) known.update({ ...known.config, address: { host, port } })
    return known
  }

  configure(config: ClusterConfig): void {
    if (JSON.stringify(config.dnsCache) !== JSON.stringify(this.#config.dnsCache)) {
      throw new MizzenError('bad-config', 'the settings of a DNS cache cannot change', { path: 'dns_cache_config' })
    }
    this.#config = config
    this.circuit.limits = config.limits
  }

  retire(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.retire()
  }

  close(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.close()
  }

  get #defaultPort(): number {
    return this.#config.tls === undefined ? 80 : 443
  }

  #addressOf({ host }: Address): string | null {
    return isIP(host) === 0 ? (this.#cache.get(host)?.[0] ?? null) : host
  }

  #add(wanted: Address, identity: string, host: string): Endpoint {
    if (this.#endpoints.size >= MAX_ENDPOINTS) this.#forgetOldest()
    const config = {
      address: { host, port: wanted.port },
      hostname: wanted.host,
      identity,
      weight: 1,
      priority: 0,
      locality: { region: '', zone: '', subZone: '', weight: 0 },
      health: 'healthy',
      metadata: {},
    } as const
    const endpoint = openEndpoint(config, this, this.#connector)
    this.#endpoints.set(identity, endpoint)
    return endpoint
  }

  #forget(host: string): void {
    for (const [identity, endpoint] of this.#endpoints) {
      if (endpoint.config.hostname !== host) continue
      this.#endpoints.delete(identity)
      endpoint.pool.retire()
    }
  }

  #forgetOldest(): void {
    const [identity, endpoint] = this.#endpoints.entries().next().value as [string, Endpoint]
    this.#endpoints.delete(identity)
    endpoint.pool.retire()
  }
}
