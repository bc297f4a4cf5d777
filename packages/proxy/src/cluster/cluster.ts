import type { Random } from '@mizzen/base'
import { type PickerFactory, pickerFactory } from '../balancer/policy.ts'
import { type ClusterPicker, priorityPicker } from '../balancer/priority-picker.ts'
import type { ClusterConfig, EndpointConfig, EndpointsConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { Circuit } from './circuit.ts'
import { ClusterStats } from './cluster-stats.ts'
import type { Connector } from './connector.ts'
import type { Endpoint } from './endpoint.ts'
import { openEndpoint } from './open-endpoint.ts'

/** Where a cluster's endpoints come from: `pick` chooses one for a request. */
export interface Cluster {
  readonly config: ClusterConfig
  readonly stats: ClusterStats
  readonly circuit: Circuit
  readonly endpoints: Iterable<Endpoint>
  /** null = no endpoint that may be used. */
  pick(exchange: Exchange): Endpoint | null
  /** Takes over a new configuration of the same kind of discovery; connections stay. */
  configure(config: ClusterConfig): void
  /** Requests in progress end by themselves, idle connections close. */
  retire(): void
  /** Closes everything at once. */
  close(): void
}

/** A cluster whose endpoints are listed: by its configuration, by EDS or by DNS. */
export class ListedCluster implements Cluster {
  readonly stats = new ClusterStats()
  readonly circuit: Circuit
  readonly #connector: Connector
  readonly #random: Random
  readonly #endpoints = new Map<string, Endpoint>()
  #config: ClusterConfig
  #factory: PickerFactory
  #picker: ClusterPicker<Endpoint> = () => null

  /** Throws MizzenError `not-supported` for a policy that this build does not have. */
  constructor(config: ClusterConfig, connector: Connector, random: Random) {
    this.#config = config
    this.#connector = connector
    this.#random = random
    this.#factory = pickerFactory(config)
    this.circuit = new Circuit(config.limits, this.stats)
  }

  get config(): ClusterConfig {
    return this.#config
  }

  get endpoints(): Iterable<Endpoint> {
    return this.#endpoints.values()
  }

  pick(): Endpoint | null {
    return this.#picker()
  }

  configure(config: ClusterConfig): void {
    this.#factory = pickerFactory(config)
    this.#config = config
    this.circuit.limits = config.limits
    this.#makePicker()
  }

  /** Replaces the endpoints; those whose address stays keep connections and counters. */
  setEndpoints(config: Pick<EndpointsConfig, 'endpoints'>): void {
    const wanted = new Set<string>()
    for (const entry of config.endpoints) {
      const key = entry.identity ?? `${entry.address.host}|${entry.address.port}`
      wanted.add(key)
      const known = this.#endpoints.get(key)
      if (known === undefined) this.#endpoints.set(key, this.#createEndpoint(entry))
      else known.update(sameOrNew(known.config, entry))
    }
    for (const [key, endpoint] of this.#endpoints) {
      if (wanted.has(key)) continue
      this.#endpoints.delete(key)
      endpoint.pool.retire()
    }
    this.#makePicker()
  }

  retire(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.retire()
  }

  close(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.pool.close()
  }

  #createEndpoint(config: EndpointConfig): Endpoint {
    return openEndpoint(config, this, this.#connector)
  }

  #makePicker(): void {
    const hosts = [...this.#endpoints.values()]
    this.#picker = priorityPicker(hosts, this.#config.panicThreshold, this.#factory, this.#random)
  }
}

/** The known object where nothing changed: statistics are keyed by it. */
function sameOrNew(known: EndpointConfig, update: EndpointConfig): EndpointConfig {
  return JSON.stringify(known) === JSON.stringify(update) ? known : update
}
