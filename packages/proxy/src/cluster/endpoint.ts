import type { Weighted } from '../balancer/picker.ts'
import type { EndpointConfig } from '../config/model.ts'
import { formatAddress } from '../http/wire.ts'
import { EndpointStats } from './cluster-stats.ts'
import type { ConnectionPool } from './pool.ts'

/** One address of a cluster, with its connections and counters, for as long as configuration names it. */
export class Endpoint implements Weighted {
  readonly address: string
  readonly stats: EndpointStats
  readonly pool: ConnectionPool
  activeRequests = 0
  #config: EndpointConfig

  constructor(config: EndpointConfig, makePool: (stats: EndpointStats) => ConnectionPool) {
    this.#config = config
    this.address = formatAddress(config.address.host, config.address.port)
    this.stats = new EndpointStats()
    this.pool = makePool(this.stats)
  }

  get config(): EndpointConfig {
    return this.#config
  }

  get weight(): number {
    return this.#config.weight
  }

  get hostname(): string {
    return this.#config.address.host
  }

  /** Takes over what changed beside the address. An endpoint that begins to drain gives up its idle connections. */
  update(config: EndpointConfig): void {
    const drains = config.health === 'draining' && this.#config.health !== 'draining'
    this.#config = config
    if (drains) this.pool.drain()
  }
}
