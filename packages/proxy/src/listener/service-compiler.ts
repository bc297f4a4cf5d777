import type { Random } from '@mizzen/base'
import { MizzenError } from '@mizzen/base'
import type { HttpConnectionManagerConfig, ListenerConfig } from '../config/model.ts'
import { compileFilters } from '../filter/filter-chain.ts'
import type { HttpService, RouteSlot } from '../http/http-service.ts'
import { HttpStats } from '../http/http-stats.ts'
import { compileRoutes } from '../route/route-table.ts'
import { compileAccessLog, type SinkProvider } from '../telemetry/access-log.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import type { StatsProvider } from '../telemetry/stats-recorder.ts'
import type { RouteRegistry } from './route-registry.ts'

export interface ServiceDeps {
  readonly random: Random
  readonly sinks: SinkProvider
  readonly stats: StatsProvider
  readonly peerMetadata: PeerMetadata
  readonly routes: RouteRegistry
}

/** Compiles connection managers. Those with the same statistics prefix count together. */
export class ServiceCompiler {
  readonly #deps: ServiceDeps
  readonly #stats = new Map<string, HttpStats>()

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  get httpStats(): ReadonlyMap<string, HttpStats> {
    return this.#stats
  }

  /** Throws MizzenError with the field's path, within the listener, for what this build cannot do. */
  compile(listener: ListenerConfig): HttpService {
    const [chain, ...others] = listener.filterChains
    if (chain === undefined)
      throw new MizzenError('bad-listener', 'a listener needs a filter chain', { path: 'filter_chains' })
    if (others.length > 0) {
      throw new MizzenError('not-supported', 'more than one filter chain is not supported', {
        path: 'filter_chains[1]',
      })
    }
    const { http } = chain
    if (http.upgrades.includes('connect')) {
      throw new MizzenError('not-supported', 'CONNECT is not supported', { path: 'upgrade_configs' })
    }
    return {
      config: http,
      routes: this.#routes(http),
      filters: compileFilters(http.filters, this.#deps.peerMetadata),
      accessLogs: http.accessLogs.map((log, index) => compileAccessLog(log, this.#deps.sinks, `access_log[${index}]`)),
      recorders: http.filters.flatMap((filter) =>
        filter.kind === 'stats' ? [this.#deps.stats.recorder(filter.reporter)] : [],
      ),
      stats: this.#statsOf(http.statPrefix),
    }
  }

  #routes(http: HttpConnectionManagerConfig): RouteSlot {
    if (http.routes.kind === 'rds') return this.#deps.routes.slot(http.routes.name)
    return { table: compileRoutes(http.routes.routes, this.#deps.random) }
  }

  #statsOf(prefix: string): HttpStats {
    const known = this.#stats.get(prefix)
    if (known !== undefined) return known
    const stats = new HttpStats()
    this.#stats.set(prefix, stats)
    return stats
  }
}
