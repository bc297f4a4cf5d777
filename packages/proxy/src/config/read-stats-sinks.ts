import type { ConfigNode } from './config-node.ts'
import { readGrpcService } from './read-grpc-service.ts'

/** Envoy's metrics service: Istio's metrics are streamed to it. */
export interface MetricsSinkConfig {
  /** Static cluster of the bootstrap. */
  readonly cluster: string
  /** Between two messages, ms; Envoy's default is 5,000. */
  readonly flushIntervalMs: number
  /** Counters say by how much they grew since the message before, else what they are. */
  readonly deltas: boolean
}

const DEFAULT_FLUSH_MS = 5_000

/** `stats_sinks` and `stats_flush_interval` of a bootstrap: one metrics service at most. */
export function readStatsSinks(node: ConfigNode): MetricsSinkConfig | undefined {
  const flushIntervalMs = node.duration('stats_flush_interval') ?? DEFAULT_FLUSH_MS
  const sinks = node.list('stats_sinks', (sink) => {
    sink.ignore('name')
    const read = sink.typed('typed_config', { 'envoy.config.metrics.v3.MetricsServiceConfig': readMetricsService })
    if (read === undefined) throw sink.error('bad-config', 'must be given', 'typed_config')
    return read
  })
  const [sink, another] = sinks
  if (another !== undefined) throw node.error('unsupported-config', 'one sink is all that is supported', 'stats_sinks')
  return sink && { ...sink, flushIntervalMs }
}

function readMetricsService(node: ConfigNode): Omit<MetricsSinkConfig, 'flushIntervalMs'> {
  node.enumeration('transport_api_version', { AUTO: true, V3: true })
  // Istio's metrics have labels or they are nothing, and histograms are sent as such.
  node.ignore('emit_tags_as_labels', 'histogram_emit_mode')
  const cluster = node.child('grpc_service', readGrpcService)
  if (cluster === undefined) throw node.error('bad-config', 'must be given', 'grpc_service')
  return { cluster, deltas: node.boolean('report_counters_as_deltas') }
}
