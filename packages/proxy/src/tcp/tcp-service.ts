import type { Random } from '@mizzen/base'
import type { TcpProxyConfig } from '../config/model.ts'
import { type AccessLog, compileAccessLog, type LogStreamProvider, type SinkProvider } from '../telemetry/access-log.ts'
import type { TcpRecorder, TcpStatsProvider } from '../telemetry/istio-tcp-stats.ts'
import { TcpStats } from './tcp-stats.ts'

/** A TCP proxy, compiled. Immutable but for its statistics; a connection keeps the one that it began with. */
export interface TcpService {
  readonly config: TcpProxyConfig
  /** The cluster for a new connection; '' = none. */
  readonly chooseCluster: (serverName: string) => string
  readonly accessLogs: readonly AccessLog[]
  readonly recorders: readonly TcpRecorder[]
  readonly stats: TcpStats
}

export interface TcpServiceDeps {
  readonly random: Random
  readonly sinks: SinkProvider
  readonly logStreams?: LogStreamProvider
  readonly tcpStats: TcpStatsProvider
}

/** Compiles TCP proxies. Those with the same statistics prefix count together. */
export class TcpServiceCompiler {
  readonly #deps: TcpServiceDeps
  readonly #stats = new Map<string, TcpStats>()

  constructor(deps: TcpServiceDeps) {
    this.#deps = deps
  }

  get stats(): ReadonlyMap<string, TcpStats> {
    return this.#stats
  }

  /** Throws MizzenError `bad-format` with the field's path within the filter. */
  compile(config: TcpProxyConfig): TcpService {
    const { random, sinks, tcpStats, logStreams } = this.#deps
    return {
      config,
      chooseCluster: compileChoice(config, random),
      accessLogs: config.accessLogs.map((log, index) =>
        compileAccessLog(log, sinks, `access_log[${index}]`, logStreams),
      ),
      recorders: config.reporters.map((reporter) => tcpStats.tcpRecorder(reporter)),
      stats: this.#statsOf(config.statPrefix),
    }
  }

  #statsOf(prefix: string): TcpStats {
    const known = this.#stats.get(prefix)
    if (known !== undefined) return known
    const stats = new TcpStats()
    this.#stats.set(prefix, stats)
    return stats
  }
}

/** By SNI (Envoy's `sni_cluster`, where the client names one), else each cluster in proportion to its weight. */
function compileChoice(config: TcpProxyConfig, random: Random): (serverName: string) => string {
  const byWeight = compileWeights(config.clusters, random)
  if (!config.clusterFromServerName) return byWeight
  return (serverName) => (serverName === '' ? byWeight() : serverName)
}

function compileWeights(clusters: TcpProxyConfig['clusters'], random: Random): () => string {
  const only = clusters[0]?.name ?? ''
  if (clusters.length <= 1) return () => only
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
  return () => {
    let at = random() * total
    for (const { name, weight } of clusters) {
      if (at < weight) return name
      at -= weight
    }
    return only
  }
}
