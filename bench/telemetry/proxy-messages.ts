import { encodeLabels, MetricsMessage } from '../../packages/proxy/src/telemetry/stream/metrics-message.ts'
import { encodeNode } from '../../packages/xds/src/wire/node.ts'

/** Lines of `/metrics` that one histogram of Istio's has. */
const HISTOGRAM_LINES = 22
const HISTOGRAMS = 3
/** Observations that each histogram grows by in a message. */
const OBSERVATIONS = [0, 0, 3, 2, 1, 0, 0, 1]
const BUCKETS = 20
/** Proxies that have the same series. */
const REPLICAS = 5

export interface ProxyMessages {
  /** Says who sends it. */
  readonly first: Uint8Array
  /** Each of its counters went up by one. */
  readonly next: Uint8Array
  /** Counters in it. */
  readonly counters: number
}

/** What a proxy streams that has `series` series, all of which grow, and the same as those of its replicas. */
export function proxyMessages(proxy: number, series: number): ProxyMessages {
  const workload = `caller-${Math.floor(proxy / REPLICAS)}`
  const id = `sidecar~10.0.${proxy >> 8}.${proxy & 255}~${workload}-${proxy % REPLICAS}.default~default.svc.cluster.local`
  const metadata = { NAMESPACE: 'default', WORKLOAD_NAME: workload, MIZZEN_TELEMETRY: 'xds-grpc' }
  const node = encodeNode({ id, cluster: `${workload}.default`, metadata, userAgentName: 'mizzen' })
  const counters = series - HISTOGRAMS * HISTOGRAM_LINES
  const message = new MetricsMessage()
  for (let service = 0; service < counters; service += 1) {
    message.counter('istio_requests_total', encodeLabels(labels(workload, service)), 1)
  }
  const counts = Array.from({ length: BUCKETS }, (_, bucket) => OBSERVATIONS[bucket] ?? 0)
  for (let service = 0; service < HISTOGRAMS; service += 1) {
    const own = encodeLabels(labels(workload, service))
    message.histogram('istio_request_duration_milliseconds', own, { counts, sum: 120 })
  }
  return { first: new MetricsMessage().finish(node), next: message.finish(undefined), counters }
}

/** All of Istio's labels, as long as they are in a mesh. */
function labels(workload: string, service: number): string {
  const peer = (side: string, name: string) =>
    [
      [`${side}_workload`, name],
      [`${side}_canonical_service`, name],
      [`${side}_canonical_revision`, 'v1'],
      [`${side}_workload_namespace`, 'default'],
      [`${side}_principal`, `spiffe://cluster.local/ns/default/sa/${name}`],
      [`${side}_app`, name],
      [`${side}_version`, 'v1'],
      [`${side}_cluster`, 'Kubernetes'],
    ] as const
  const name = `service-${service}`
  const all = [
    ['reporter', 'source'],
    ...peer('source', workload),
    ...peer('destination', name),
    ['destination_service', `${name}.default.svc.cluster.local`],
    ['destination_service_name', name],
    ['destination_service_namespace', 'default'],
    ['request_protocol', 'http'],
    ['response_code', '200'],
    ['grpc_response_status', ''],
    ['response_flags', '-'],
    ['connection_security_policy', 'unknown'],
  ] as const
  return all.map(([label, value]) => `${label}="${value}"`).join(',')
}
