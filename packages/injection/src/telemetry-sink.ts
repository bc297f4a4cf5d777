/** How often metrics go out. A canary is judged by them: the sooner they are there, the sooner a fault is seen. */
const FLUSH_INTERVAL = '0.5s'

/**
 * What a bootstrap says so that the proxy streams its metrics to the control plane (Envoy's metrics service): what counters
 * grew by, under the names and labels that Prometheus sees.
 * @param cluster a static cluster that leads there
 */
export function metricsSink(cluster: string) {
  const service = {
    '@type': 'type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig',
    grpc_service: { envoy_grpc: { cluster_name: cluster } },
    transport_api_version: 'V3',
    report_counters_as_deltas: true,
    emit_tags_as_labels: true,
    histogram_emit_mode: 'HISTOGRAM',
  }
  return {
    stats_flush_interval: FLUSH_INTERVAL,
    stats_sinks: [{ name: 'envoy.stat_sinks.metrics_service', typed_config: service }],
  }
}

/** Tells discovery that the proxy's logs may be sent by this cluster, and telemetry that it need not be scraped. */
export function telemetryMetadata(cluster: string) {
  return { MIZZEN_TELEMETRY: cluster }
}
