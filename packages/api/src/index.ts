export { DURATION_HINT, formatDuration, parseDuration, readDuration } from './duration.ts'
export type { ConfigMap } from './kinds/config-map.ts'
export type { Deployment, DeploymentSpec, DeploymentStatus } from './kinds/deployment.ts'
export type { DestinationRule, DestinationRuleSpec, Subset } from './kinds/destination-rule.ts'
export type { EndpointSlice, SliceEndpoint, SlicePort } from './kinds/endpoint-slice.ts'
export type { Gateway, GatewaySpec, Port, Server } from './kinds/gateway.ts'
export type { IstioStatus } from './kinds/istio-kind.ts'
export { apiVersionOf, type Kind, type Typed } from './kinds/kind.ts'
export type { Namespace } from './kinds/namespace.ts'
export type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from './kinds/pod.ts'
export type { ClientTLSSettings } from './kinds/policy/client-tls.ts'
export type { ConnectionPoolSettings, HTTPSettings, TCPSettings } from './kinds/policy/connection-pool.ts'
export type { ConsistentHashLB, LoadBalancerSettings } from './kinds/policy/load-balancer.ts'
export type { LocalityLoadBalancerSetting } from './kinds/policy/locality.ts'
export type { OutlierDetection } from './kinds/policy/outlier-detection.ts'
export type { ServerTLSSettings } from './kinds/policy/server-tls.ts'
export type { PortTrafficPolicy, TrafficPolicy } from './kinds/policy/traffic-policy.ts'
export { findKind, type KindTypes, kindOf, kinds, type ObjectOf } from './kinds/registry.ts'
export type { ReplicaSet, ReplicaSetSpec, ReplicaSetStatus } from './kinds/replica-set.ts'
export type { Destination, PortSelector, RouteDestination } from './kinds/routing/destination.ts'
export type { Delegate, HTTPDirectResponse, HTTPRedirect, HTTPRouteDestination } from './kinds/routing/http-action.ts'
export type { HTTPFaultAbort, HTTPFaultDelay, HTTPFaultInjection } from './kinds/routing/http-fault.ts'
export type { HeaderOperations, Headers } from './kinds/routing/http-headers.ts'
export type { HTTPMatchRequest } from './kinds/routing/http-match.ts'
export type {
  CorsPolicy,
  HTTPMirrorPolicy,
  HTTPRetry,
  HTTPRewrite,
  RegexRewrite,
} from './kinds/routing/http-modifier.ts'
export type { HTTPRoute } from './kinds/routing/http-route.ts'
export type { L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute } from './kinds/routing/l4-route.ts'
export type { Percent } from './kinds/routing/percent.ts'
export type { StringMatch } from './kinds/routing/string-match.ts'
export type { Secret } from './kinds/secret.ts'
export type { Service, ServicePort, ServiceSpec } from './kinds/service.ts'
export type { ServiceAccount } from './kinds/service-account.ts'
export type { ServiceEntry, ServiceEntryPort, ServiceEntrySpec } from './kinds/service-entry.ts'
export type { IstioEgressListener, IstioIngressListener, Sidecar, SidecarSpec } from './kinds/sidecar.ts'
export type { VirtualService, VirtualServiceSpec } from './kinds/virtual-service.ts'
export type { Container, ContainerPort, EnvVar } from './kinds/workload/container.ts'
export type { LabelSelector } from './kinds/workload/label-selector.ts'
export type { PodSpec, PodTemplate } from './kinds/workload/pod-spec.ts'
export type { Lifecycle, Probe } from './kinds/workload/probe.ts'
export type { WorkloadEntry, WorkloadEntrySpec } from './kinds/workload-entry.ts'
export { DEFAULT_NAMESPACE, normalise } from './normalise.ts'
export type { Problem } from './problem.ts'
export {
  type Condition,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
  objectKey,
  type Resource,
} from './resource.ts'
export { GRPC_STATUS } from './rules/grpc-status.ts'
export { validate } from './validate.ts'
export { type ParseLimits, parseDocuments } from './yaml/parse-documents.ts'
export type { ParsedDocument } from './yaml/parsed-document.ts'
