import { MizzenError } from '@mizzen/base'
import { encodeNode } from '@mizzen/xds/node'
import type { Bootstrap } from '../../config/bootstrap.ts'
import type { Address } from '../../config/model.ts'
import type { MetricsSinkConfig } from '../../config/read-stats-sinks.ts'
import { formatAddress } from '../../http/wire.ts'
import { MetricsStream, type MetricsStreamOptions } from './metrics-stream.ts'

/** What workers need to know to stream; plain data. */
export interface Streaming {
  /** Addresses of services, by the names of their static clusters. */
  readonly services: ReadonlyMap<string, Address>
  /** This proxy as envoy.config.core.v3.Node. */
  readonly node: Uint8Array
  /** Metrics are streamed: what only that needs is counted. */
  readonly metrics: boolean
}

/** Undefined if the bootstrap has no service to stream to. */
export function streamingOf({ node, services, metricsSink }: Bootstrap, version: string): Streaming | undefined {
  if (services.size === 0) return undefined
  return {
    services,
    node: encodeNode({ ...node, userAgentName: 'mizzen', userAgentVersion: version }),
    metrics: metricsSink !== undefined,
  }
}

type Deps = Omit<MetricsStreamOptions, 'target' | 'flushIntervalMs' | 'deltas'> & Pick<Streaming, 'services'>

/** Throws MizzenError `bad-config` if there is no such service. */
export function startMetricsStream(config: MetricsSinkConfig, { services, ...deps }: Deps): MetricsStream {
  const address = services.get(config.cluster)
  if (address === undefined) {
    throw new MizzenError('bad-config', `there is no static cluster "${config.cluster}" with an endpoint`, {
      path: 'stats_sinks[0].typed_config.grpc_service.envoy_grpc.cluster_name',
    })
  }
  return new MetricsStream({ ...deps, ...config, target: formatAddress(address.host, address.port) })
}
