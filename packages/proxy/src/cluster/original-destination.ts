import { MizzenError } from '@mizzen/base'
import type { Address, ClusterConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { Circuit } from './circuit.ts'
import type { Cluster } from './cluster.ts'
import { ClusterStats } from './cluster-stats.ts'
import type { Connector } from './connector.ts'
import { Endpoint } from './endpoint.ts'
import { ConnectionPool } from './pool.ts'

/** Destinations remembered; the one that was first used longest ago goes first. */
const MAX_DESTINATIONS = 1024

/**
 * A cluster whose endpoint is where the request wanted to go anyway (Istio's PassthroughCluster). Without interception
 * that is its authority: `host:port`, port 80 by default.
 */
export class OriginalDestinationCluster implements Cluster {
  readonly stats = new ClusterStats()
  readonly circuit: Circuit
  readonly #connector: Connector
  readonly #endpoints = new Map<string, Endpoint>()
  #config: ClusterConfig

  constructor(config: ClusterConfig, connector: Connector) {
    this.#config = config
    this.#connector = connector
    this.circuit = new Circuit(config.limits, this.stats)
  }

  get config(): ClusterConfig {
    return this.#config
  }

  get endpoints(): Iterable<Endpoint> {
    return this.#endpoints.values()
  }

  pick(exchange: Exchange): Endpoint | null {
    const known = this.#endpoints.get(exchange.authority)
    if (known !== undefined) return known
    const address = parseAuthority(exchange.authority)
    if (address === null) return null
    this.#forgetOldest()
    const endpoint = this.#createEndpoint(address)
    this.#endpoints.set(exchange.authority, endpoint)
    return endpoint
  }

  configure(config: ClusterConfig): void {
    if (config.discovery !== 'original-dst') throw new MizzenError('internal', 'a cluster cannot change its discovery')
    this.#config = config
    this.circuit.limits = config.limits
  }

  retire(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.retire()
  }

  close(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.close()
  }

  #createEndpoint(address: Address): Endpoint {
    const config = {
      address,
      weight: 1,
      priority: 0,
      locality: { region: '', zone: '', subZone: '', weight: 0 },
      health: 'healthy',
      metadata: {},
    } as const
    return new Endpoint(config, (stats) => {
      const connect = this.#connector.to(address, () => this.#config)
      return new ConnectionPool(connect, this.circuit, stats, () => this.#config)
    })
  }

  #forgetOldest(): void {
    if (this.#endpoints.size < MAX_DESTINATIONS) return
    const [key, endpoint] = this.#endpoints.entries().next().value as [string, Endpoint]
    this.#endpoints.delete(key)
    endpoint.pool.retire()
  }
}

/** `host`, `host:port` or `[v6]:port`; null for anything else. */
export function parseAuthority(authority: string): Address | null {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:@/[\]]+))(?::(\d{1,5}))?$/.exec(authority)
  if (found === null) return null
  const port = found[3] === undefined ? 80 : Number(found[3])
  if (port < 1 || port > 65_535) return null
  return { host: (found[1] ?? found[2]) as string, port }
}
