/**
 * The shapes of query that the tools around Istio send: functions, metrics and labels as theirs, filled in for the mesh of
 * `mesh-samples.ts`. Flagger: its built-in metrics for Istio. Argo: the Istio analysis of its documentation. Kiali: what its
 * graph, health and metrics tabs ask. Grafana: Istio's mesh, service and workload dashboards.
 */
const DURATION = 'istio_request_duration_milliseconds'
const BY_EDGE =
  'source_workload_namespace,source_workload,destination_service_name,destination_workload,request_protocol,response_code,response_flags'
const FLAGGER = 'reporter="destination",destination_workload_namespace="default",destination_workload=~"web-v2"'
const ARGO = 'reporter="source",destination_service=~"web.default.svc.cluster.local"'

export const TOOL_QUERIES: Readonly<Record<string, readonly string[]>> = {
  flagger: [
    `sum(rate(istio_requests_total{${FLAGGER},response_code!~"5.*"}[1m])) / sum(rate(istio_requests_total{${FLAGGER}}[1m])) * 100`,
    `histogram_quantile(0.99, sum(rate(${DURATION}_bucket{${FLAGGER}}[1m])) by (le))`,
  ],
  argo: [
    `sum(irate(istio_requests_total{${ARGO},response_code!~"5.*"}[5m])) / sum(irate(istio_requests_total{${ARGO}}[5m]))`,
    `histogram_quantile(0.95, sum(irate(${DURATION}_bucket{${ARGO}}[5m])) by (le))`,
  ],
  kiali: [
    `round(sum(rate(istio_requests_total{reporter="source",source_workload_namespace="default"}[60s])) by (${BY_EDGE}) > 0, 0.001)`,
    `round(sum(rate(istio_requests_total{reporter=~"destination|waypoint"}[1m])) by (destination_version), 0.001000) > 0.001000 or sum(rate(istio_requests_total{reporter=~"destination|waypoint"}[1m])) by (destination_version)`,
    `(sum(rate(istio_requests_total{reporter="source"}[1m])) by (source_app) OR sum(rate(istio_requests_total{reporter="destination"}[1m])) by (source_app))`,
    `round(histogram_quantile(0.5, sum(rate(${DURATION}_bucket{reporter="source"}[2m])) by (le,destination_service_name)), 0.001) > 0.001 or histogram_quantile(0.5, sum(rate(${DURATION}_bucket{reporter="source"}[2m])) by (le,destination_service_name))`,
    `sum(rate(${DURATION}_sum{reporter="destination"}[5m])) by (destination_workload) / sum(rate(${DURATION}_count{reporter="destination"}[5m])) by (destination_workload)`,
    'rate(istio_requests_total{destination_service_namespace="default",source_workload_namespace!="default"}[10m]) > 0',
    'rate(istio_requests_total{destination_service_name="web",destination_service_namespace="default"}[10m]) > 0',
    'sum(rate(istio_tcp_sent_bytes_total{connection_security_policy="mutual_tls"}[1m])) by (source_workload,destination_workload) > 0',
  ],
  grafana: [
    'sum(istio_build) by (component, tag)',
    'round(sum(rate(istio_requests_total{reporter=~"source|waypoint"}[1m])), 0.01)',
    'sum(rate(istio_requests_total{reporter=~"source|waypoint",response_code!~"5.."}[1m])) / sum(rate(istio_requests_total{reporter=~"source|waypoint"}[1m]))',
    'round(sum(rate(istio_requests_total{reporter=~"source|waypoint",response_code=~"9.."}[1m])), 0.01) or vector(0)',
    'label_join(sum by (destination_workload,destination_workload_namespace,destination_service) (rate(istio_requests_total{reporter=~"source|waypoint"}[1m])), "destination_workload_var", ".", "destination_workload", "destination_workload_namespace")',
    `label_join(histogram_quantile(0.9, sum by (le,destination_workload,destination_workload_namespace) (rate(${DURATION}_bucket{reporter=~"source|waypoint"}[1m]))), "destination_workload_var", ".", "destination_workload", "destination_workload_namespace")`,
    `(histogram_quantile(0.50, sum(irate(${DURATION}_bucket{reporter=~"source",connection_security_policy="unknown"}[1m])) by (source_workload, source_workload_namespace, le)) / 1000) or histogram_quantile(0.50, sum(irate(istio_request_duration_seconds_bucket{reporter=~"source"}[1m])) by (source_workload, source_workload_namespace, le))`,
    'round(sum(irate(istio_requests_total{connection_security_policy="mutual_tls",reporter=~"destination",response_code!~"5.*"}[5m])) by (source_workload, source_workload_namespace), 0.001)',
    'sum(istio_requests_total{reporter="destination"}) by (source_workload) or sum(istio_tcp_sent_bytes_total{reporter="destination"}) by (source_workload)',
    'sum(irate(istio_requests_total{reporter=~"destination",destination_workload=~"web-.*",response_code!~"5.*"}[5m])) / sum(irate(istio_requests_total{reporter=~"destination",destination_workload=~"web-.*"}[5m]))',
    '-sum(rate(istio_tcp_sent_bytes_total[1m])) by (source_workload)',
  ],
}
