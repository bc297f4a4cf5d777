import type { Random } from '@mizzen/base'
import type { CidrRange, HttpConnectionManagerConfig, NetworkConfig } from '../config/model.ts'
import type { RequestIdConfig, TracingConfig } from '../config/tracing-model.ts'
import { compileFilters, type FilterDeps } from '../filter/filter-chain.ts'
import type { RequestTracing } from '../http/exchange-trace.ts'
import type { HttpService } from '../http/http-service.ts'
import { HttpStats } from '../http/http-stats.ts'
import type { TrustedPeers } from '../http/request-preparation.ts'
import type { RouteSlot } from '../route/route-slot.ts'
import { compileRoutes } from '../route/route-table.ts'
import { TcpServiceCompiler } from '../tcp/tcp-service.ts'
import type { TcpStats } from '../tcp/tcp-stats.ts'
import { compileAccessLog, type LogStreamProvider, type SinkProvider } from '../telemetry/access-log.ts'
import type { TcpStatsProvider } from '../telemetry/istio-tcp-stats.ts'
import type { StatsProvider } from '../telemetry/stats-recorder.ts'
import { TracingStats } from '../tracing/tracing-stats.ts'
import { CidrTable } from './cidr-table.ts'
import type { NetworkService } from './network-service.ts'
import type { RouteRegistry } from './route-registry.ts'

export interface ServiceDeps extends FilterDeps {
  readonly random: Random
  readonly sinks: SinkProvider
  readonly logStreams?: LogStreamProvider
  readonly stats: StatsProvider
  readonly tcpStats: TcpStatsProvider
  readonly routes: RouteRegistry
  readonly tracing: TracingCompiler
}

/** Compiles what a connection manager says about tracing. */
interface TracingCompiler {
  compile(config: TracingConfig, ids: RequestIdConfig, stats: TracingStats): RequestTracing
}

/** Envoy's defaults. */
const REQUEST_IDS: RequestIdConfig = { packTraceReason: true, useForTraceSampling: true }

/** Compiles the ends of filter chains: connection managers and TCP proxies. Those with the same statistics prefix count together. */
export class ServiceCompiler {
  readonly #deps: ServiceDeps
  readonly #stats = new Map<string, HttpStats>()
  readonly #tcp: TcpServiceCompiler

  constructor(deps: ServiceDeps) {
    this.#deps = deps
    this.#tcp = new TcpServiceCompiler(deps)
  }

  get tcpStats(): ReadonlyMap<string, TcpStats> {
    return this.#tcp.stats
  }

  get httpStats(): ReadonlyMap<string, HttpStats> {
    return this.#stats
  }

  /** Throws MizzenError with the field's path within the filter. */
  compile(network: NetworkConfig): NetworkService {
    if (network.kind === 'tcp') return { kind: 'tcp', tcp: this.#tcp.compile(network.tcp) }
    return network.kind === 'http' ? { kind: 'http', http: this.#compileHttp(network.http) } : { kind: 'missing' }
  }

  #compileHttp(http: HttpConnectionManagerConfig): HttpService {
    const stats = this.#statsOf(http.statPrefix)
    return {
      config: http,
      routes: this.#routes(http),
      trusted: compileTrusted(http.internalNetworks ?? []),
      filters: compileFilters(http.filters, this.#deps),
      accessLogs: http.accessLogs.map((log, index) =>
        compileAccessLog(log, this.#deps.sinks, `access_log[${index}]`, this.#deps.logStreams),
      ),
      recorders: http.filters.flatMap((filter) =>
        filter.kind === 'stats' ? [this.#deps.stats.recorder(filter.reporter)] : [],
      ),
      stats,
      tracing: http.tracing === undefined ? null : this.#tracing(http.tracing, http.requestId ?? REQUEST_IDS, stats),
    }
  }

  #tracing(config: TracingConfig, ids: RequestIdConfig, stats: HttpStats): RequestTracing {
    stats.tracing ??= new TracingStats()
    return this.#deps.tracing.compile(config, ids, stats.tracing)
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

function compileTrusted(networks: readonly CidrRange[]): TrustedPeers {
  if (networks.length === 0) return null
  const table = new CidrTable<true>()
  for (const range of networks) table.ensure(range, () => true)
  return table
}
