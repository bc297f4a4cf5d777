/** How far a feature is, in Istio's words; of some it says nothing. */
type FeatureStatus = 'alpha' | 'beta' | 'stable' | 'unstated'

/** An annotation of Istio. */
export interface AnnotationFacts {
  readonly status: FeatureStatus
  readonly deprecated: boolean
  /** Kinds that it may be on; `Any` is all. */
  readonly kinds: readonly string[]
}

type Row = readonly [status: FeatureStatus, deprecated: boolean, kinds: readonly string[]]

/** Istio's annotations: facts of istio/api `annotation/annotations.yaml`; a test compares them. */
const ROWS: Readonly<Record<string, Row>> = {
  'alpha.istio.io/canonical-serviceaccounts': ['alpha', true, ['Service']],
  'alpha.istio.io/kubernetes-serviceaccounts': ['alpha', true, ['Service']],
  'ambient.istio.io/bypass-inbound-capture': ['alpha', false, ['Pod']],
  'ambient.istio.io/dns-capture': ['alpha', false, ['Pod']],
  'ambient.istio.io/redirection': ['beta', false, ['Pod']],
  'ambient.istio.io/waypoint-inbound-binding': ['alpha', false, ['GatewayClass', 'Gateway']],
  'galley.istio.io/analyze-suppress': ['alpha', false, ['Any']],
  'gateway.istio.io/controller-version': ['alpha', false, ['Any']],
  'gateway.istio.io/name-override': ['alpha', false, ['Gateway']],
  'gateway.istio.io/service-account': ['alpha', false, ['Gateway']],
  'inject.istio.io/templates': ['alpha', false, ['Pod']],
  'istio.io/autoRegistrationGroup': ['alpha', false, ['WorkloadEntry']],
  'istio.io/connectedAt': ['alpha', false, ['WorkloadEntry']],
  'istio.io/disconnectedAt': ['alpha', false, ['WorkloadEntry']],
  'istio.io/dry-run': ['alpha', false, ['AuthorizationPolicy']],
  'istio.io/reroute-virtual-interfaces': ['alpha', false, ['Pod']],
  'istio.io/rev': ['alpha', false, ['Pod']],
  'istio.io/use-waypoint-canary-weight': ['alpha', false, ['Service', 'ServiceEntry', 'Namespace']],
  'istio.io/workloadController': ['alpha', false, ['WorkloadEntry']],
  'kubernetes.io/ingress.class': ['stable', false, ['Ingress']],
  'networking.istio.io/exportTo': ['alpha', false, ['Service']],
  'networking.istio.io/service-type': ['alpha', false, ['Gateway']],
  'networking.istio.io/traffic-distribution': ['alpha', false, ['Namespace', 'Service', 'ServiceEntry']],
  'prometheus.istio.io/merge-metrics': ['alpha', false, ['Pod']],
  'proxy.istio.io/config': ['beta', false, ['Pod']],
  'proxy.istio.io/overrides': ['alpha', false, ['Pod']],
  'readiness.status.sidecar.istio.io/applicationPorts': ['alpha', false, ['Pod']],
  'readiness.status.sidecar.istio.io/failureThreshold': ['alpha', false, ['Pod']],
  'readiness.status.sidecar.istio.io/initialDelaySeconds': ['alpha', false, ['Pod']],
  'readiness.status.sidecar.istio.io/periodSeconds': ['alpha', false, ['Pod']],
  'sidecar.istio.io/agentLogLevel': ['alpha', false, ['Pod']],
  'sidecar.istio.io/bootstrapOverride': ['alpha', false, ['Pod']],
  'sidecar.istio.io/componentLogLevel': ['alpha', false, ['Pod']],
  'sidecar.istio.io/discoveryAddress': ['alpha', true, ['Pod']],
  'sidecar.istio.io/extraStatTags': ['alpha', true, ['Pod']],
  'sidecar.istio.io/inject': ['beta', true, ['Pod']],
  'sidecar.istio.io/interceptionMode': ['alpha', false, ['Pod']],
  'sidecar.istio.io/logLevel': ['alpha', false, ['Pod']],
  'sidecar.istio.io/nativeSidecar': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyCPU': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyCPULimit': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyImage': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyImageType': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyMemory': ['alpha', false, ['Pod']],
  'sidecar.istio.io/proxyMemoryLimit': ['unstated', false, ['Pod']],
  'sidecar.istio.io/rewriteAppHTTPProbers': ['alpha', false, ['Pod']],
  'sidecar.istio.io/statsCompression': ['alpha', true, ['Pod']],
  'sidecar.istio.io/statsEvictionInterval': ['alpha', false, ['Pod']],
  'sidecar.istio.io/statsFlushInterval': ['alpha', false, ['Pod']],
  'sidecar.istio.io/statsHistogramBins': ['alpha', false, ['Pod']],
  'sidecar.istio.io/statsHistogramBuckets': ['alpha', false, ['Pod']],
  'sidecar.istio.io/statsInclusionPrefixes': ['alpha', true, ['Pod']],
  'sidecar.istio.io/statsInclusionRegexps': ['alpha', true, ['Pod']],
  'sidecar.istio.io/statsInclusionSuffixes': ['alpha', true, ['Pod']],
  'sidecar.istio.io/status': ['alpha', false, ['Pod']],
  'sidecar.istio.io/userVolume': ['alpha', false, ['Pod']],
  'sidecar.istio.io/userVolumeMount': ['unstated', false, ['Pod']],
  'status.sidecar.istio.io/port': ['alpha', false, ['Pod']],
  'topology.istio.io/controlPlaneClusters': ['alpha', false, ['Namespace']],
  'traffic.istio.io/nodeSelector': ['stable', false, ['Service']],
  'traffic.sidecar.istio.io/excludeInboundPorts': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/excludeInterfaces': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/excludeOutboundPorts': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/includeInboundPorts': ['unstated', false, ['Pod']],
  'traffic.sidecar.istio.io/includeOutboundIPRanges': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/includeOutboundPorts': ['alpha', false, ['Pod']],
  'traffic.sidecar.istio.io/kubevirtInterfaces': ['alpha', true, ['Pod']],
}

export function annotationFacts(name: string): AnnotationFacts | undefined {
  const row = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined
  return row && { status: row[0], deprecated: row[1], kinds: row[2] }
}

export function annotationNames(): readonly string[] {
  return Object.keys(ROWS)
}

/** True for what is Istio's by its name; one of Kubernetes is documented by Istio too. */
export function isIstioAnnotation(name: string): boolean {
  if (name === 'kubernetes.io/ingress.class') return true
  const slash = name.indexOf('/')
  return (slash === -1 ? name : name.slice(0, slash)).endsWith('istio.io')
}
