import type { Weighted } from '../balancer/picker.ts'
import type { EndpointConfig } from '../config/model.ts'
import { formatAddress } from '../http/wire.ts'
import { EndpointStats } from './cluster-stats.ts'
import type { EndpointConnector } from './connector.ts'
import type { RequestPool } from './pool.ts'

/** One address of a cluster, with its connections and counters, for as long as configuration names it. */
export class Endpoint implements Weighted {
  /** `host:port` of new connections. */
  address: string
  readonly stats: EndpointStats
  readonly pool: RequestPool
  activeRequests = 0
  /** Opens a connection outside of the pool, for bytes that are not HTTP. */
  readonly connect: EndpointConnector['open']
  #config: EndpointConfig

  constructor(
    config: EndpointConfig,
    connect: EndpointConnector['open'],
    makePool: (stats: EndpointStats) => RequestPool,
  ) {
    this.#config = config
    this.connect = connect
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

  /** Takes over what changed. An endpoint that begins to drain, or is reached with TLS from now on, gives up its connections. */
  update(config: EndpointConfig): void {
    const drains = config.health === 'draining' && this.#config.health !== 'draining'
    const transport = transportOf(config) !== transportOf(this.#config)
    this.#config = config
    this.address = formatAddress(config.address.host, config.address.port)
    if (drains || transport) this.pool.drain()
  }
}

/** What chooses among the cluster's transport sockets. */
function transportOf({ metadata }: EndpointConfig): string | undefined {
  return JSON.stringify(metadata['envoy.transport_socket_match'])
}
