import { withinPath } from '../config/error-path.ts'
import type { ClusterConfig, EndpointConfig } from '../config/model.ts'
import type { UpstreamTlsConfig } from '../config/tls-model.ts'
import { ClientTls } from './client-tls.ts'
import type { TlsDeps } from './server-tls.ts'
import { TlsStats } from './tls-stats.ts'

/** The transports of one cluster, compiled. */
interface Transports {
  readonly key: string
  /** null = plaintext. */
  readonly fallback: ClientTls | null
  readonly matches: readonly { readonly match: readonly [string, string][]; readonly tls: ClientTls | null }[]
  readonly stats: TlsStats
}

const METADATA = 'envoy.transport_socket_match'

/** How each cluster's endpoints are reached: in plaintext or with which TLS. */
export class ClusterTransports {
  readonly #deps: TlsDeps
  /** Clusters that have TLS. */
  readonly #byName = new Map<string, Transports>()

  constructor(deps: TlsDeps) {
    this.#deps = deps
  }

  /**
   * Compiles the transports of a cluster.
   * @returns puts them into use; true if connections of before must not be used any more
   * @throws MizzenError with the field's path within the cluster
   */
  prepare(config: ClusterConfig): () => boolean {
    const known = this.#byName.get(config.name)
    const { name, tls, transportSocketMatches: matches = [] } = config
    const hasTls = tls !== undefined || matches.some((match) => match.tls !== undefined)
    const next = hasTls ? this.#compile(config, known) : undefined
    return () => {
      if (next === undefined) this.#byName.delete(name)
      else this.#byName.set(name, next)
      return next?.key !== known?.key
    }
  }

  remove(name: string): void {
    this.#byName.delete(name)
  }

  /** null = plaintext. */
  choose(config: ClusterConfig, endpoint: EndpointConfig): ClientTls | null {
    const transports = this.#byName.get(config.name)
    if (transports === undefined) return null
    const metadata = endpoint.metadata[METADATA]
    for (const { match, tls } of transports.matches) {
      if (match.every(([key, value]) => JSON.stringify(metadata?.[key]) === value)) return tls
    }
    return transports.fallback
  }

  /** null = the cluster has no TLS. */
  stats(name: string): TlsStats | null {
    return this.#byName.get(name)?.stats ?? null
  }

  get all(): readonly ClientTls[] {
    return [...this.#byName.values()]
      .flatMap(({ fallback, matches }) => [fallback, ...matches.map(({ tls }) => tls)])
      .filter((tls) => tls !== null)
  }

  #compile(config: ClusterConfig, known: Transports | undefined): Transports {
    const stats = known?.stats ?? new TlsStats()
    const before = known === undefined ? [] : [known.fallback, ...known.matches.map(({ tls }) => tls)]
    const compile = (tls: UpstreamTlsConfig | undefined, path: string): ClientTls | null => {
      if (tls === undefined) return null
      // The same configuration keeps its context and its sessions.
      const same = before.find((one) => one !== null && JSON.stringify(one.config) === JSON.stringify(tls))
      return same ?? withinPath(`${path}.typed_config`, () => new ClientTls(tls, this.#deps, stats))
    }
    return {
      key: JSON.stringify([config.tls, config.transportSocketMatches]),
      stats,
      fallback: compile(config.tls, 'transport_socket'),
      matches: (config.transportSocketMatches ?? []).map(({ match, tls }, index) => ({
        match: Object.entries(match).map(([key, value]): [string, string] => [key, JSON.stringify(value)]),
        tls: compile(tls, `transport_socket_matches[${index}].transport_socket`),
      })),
    }
  }
}
