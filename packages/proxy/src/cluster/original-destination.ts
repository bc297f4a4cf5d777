import { isIP } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address, ClusterConfig } from '../config/model.ts'
import type { Deadline } from '../http/deadline-wheel.ts'
import type { Exchange } from '../http/exchange.ts'
import { Circuit } from './circuit.ts'
import type { Cluster } from './cluster.ts'
import { ClusterStats } from './cluster-stats.ts'
import type { Connector } from './connector.ts'
import type { Endpoint } from './endpoint.ts'
import { openEndpoint } from './open-endpoint.ts'

/** Destinations remembered; the one that was first used longest ago goes first. */
const MAX_DESTINATIONS = 1024

/** A destination, and whether it was used since the last cleaning. */
interface Destination {
  readonly endpoint: Endpoint
  used: boolean
}

/**
 * A cluster whose endpoint is where the client wanted to go anyway (Istio's PassthroughCluster): where its connection was
 * redirected from, or what a header says if the configuration wants that.
 *
 * Without interception, where Envoy has no endpoint, it is the request's authority, `host:port`, port 80 by default: that
 * is how the one-machine mesh, which intercepts nothing, leaves for places that it does not know. A connection that was
 * redirected goes where it was going, whatever its requests say.
 */
export class OriginalDestinationCluster implements Cluster {
  readonly stats = new ClusterStats()
  readonly circuit: Circuit
  readonly #connector: Connector
  readonly #destinations = new Map<string, Destination>()
  readonly #cleaning: Deadline
  #config: ClusterConfig

  constructor(config: ClusterConfig, connector: Connector) {
    this.#config = config
    this.#connector = connector
    this.circuit = new Circuit(config.limits, this.stats)
    this.#cleaning = connector.wheel.deadline(() => this.#clean())
  }

  get config(): ClusterConfig {
    return this.#config
  }

  get endpoints(): Iterable<Endpoint> {
    return [...this.#destinations.values()].map(({ endpoint }) => endpoint)
  }

  pick(exchange: Exchange): Endpoint | null {
    const wanted = this.#wanted(exchange)
    const known = this.#destinations.get(wanted)
    if (known !== undefined) {
      known.used = true
      return known.endpoint
    }
    const address = parseAuthority(wanted)
    if (address === null) {
      this.stats.originalDstHostInvalid += 1
      return null
    }
    this.#forgetOldest()
    const endpoint = openEndpoint(unweighted(address), this, this.#connector)
    this.#destinations.set(wanted, { endpoint, used: true })
    if (!this.#cleaning.armed) this.#cleaning.arm(this.#cleanupMs)
    return endpoint
  }

  configure(config: ClusterConfig): void {
    if (config.discovery !== 'original-dst') throw new MizzenError('internal', 'a cluster cannot change its discovery')
    this.#config = config
    this.circuit.limits = config.limits
  }

  retire(): void {
    this.#cleaning.cancel()
    for (const { endpoint } of this.#destinations.values()) endpoint.pool.retire()
  }

  close(): void {
    this.#cleaning.cancel()
    for (const { endpoint } of this.#destinations.values()) endpoint.pool.close()
  }

  get #cleanupMs(): number {
    return this.#config.originalDst?.cleanupIntervalMs ?? DEFAULT_CLEANUP_MS
  }

  /** `host:port`; only addresses where somebody else than the configuration says it. */
  #wanted(exchange: Exchange): string {
    const options = this.#config.originalDst
    const named = options?.header === undefined ? undefined : exchange.requestHeaders.get(options.header)
    if (named !== undefined) return withPort(isAddress(named) ? named : '', options?.portOverride)
    const { connection } = exchange
    const wanted = connection?.localRestored === true ? connection.local : exchange.authority
    return withPort(wanted, options?.portOverride)
  }

  /** Destinations that nobody used for a whole interval, and that carry nothing, are forgotten. */
  #clean(): void {
    for (const [key, destination] of this.#destinations) {
      const { endpoint } = destination
      const idle = endpoint.activeRequests === 0 && endpoint.pool.empty
      if (idle && !destination.used) this.#destinations.delete(key)
      destination.used = false
    }
    if (this.#destinations.size > 0) this.#cleaning.arm(this.#cleanupMs)
  }

  #forgetOldest(): void {
    if (this.#destinations.size < MAX_DESTINATIONS) return
    const [key, { endpoint }] = this.#destinations.entries().next().value as [string, Destination]
    this.#destinations.delete(key)
    endpoint.pool.retire()
  }
}

/** Envoy's default `cleanup_interval`. */
const DEFAULT_CLEANUP_MS = 5_000

function unweighted(address: Address): Endpoint['config'] {
  const locality = { region: '', zone: '', subZone: '', weight: 0 }
  return { address, weight: 1, priority: 0, locality, health: 'healthy', metadata: {} }
}

function isAddress(authority: string): boolean {
  const address = parseAuthority(authority)
  return address !== null && isIP(address.host) !== 0
}

function withPort(authority: string, port: number | undefined): string {
  if (port === undefined) return authority
  const address = parseAuthority(authority)
  if (address === null) return authority
  return address.host.includes(':') ? `[${address.host}]:${port}` : `${address.host}:${port}`
}

/** `host`, `host:port` or `[v6]:port`; null for anything else. */
export function parseAuthority(authority: string, defaultPort = 80): Address | null {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:@/[\]]+))(?::(\d{1,5}))?$/.exec(authority)
  if (found === null) return null
  const port = found[3] === undefined ? defaultPort : Number(found[3])
  if (port < 1 || port > 65_535) return null
  return { host: (found[1] ?? found[2]) as string, port }
}
