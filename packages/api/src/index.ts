export { formatDuration, parseDuration, readDuration } from './duration.ts'
export { customResourceDefinition, isCustom } from './export/crd.ts'
export { combinedSchema, type JsonSchema, jsonSchemaOf } from './export/json-schema.ts'
export type { TrafficExtension, TrafficExtensionSpec } from './kinds/extensions/traffic-extension.ts'
export type { TrafficSelector, WasmConfig } from './kinds/extensions/wasm.ts'
export type { WasmPlugin, WasmPluginSpec } from './kinds/extensions/wasm-plugin.ts'
export type { BackendTLSPolicy, BackendTLSPolicySpec } from './kinds/gateway-api/backend-tls-policy.ts'
export type { KubernetesGateway, KubernetesGatewaySpec } from './kinds/gateway-api/gateway.ts'
export type { GatewayClass } from './kinds/gateway-api/gateway-class.ts'
export type { GrpcRoute, GrpcRouteFilter, GrpcRouteRule, GrpcRouteSpec } from './kinds/gateway-api/grpc-route.ts'
export type {
  HttpBackendRef,
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRule,
  HttpRouteSpec,
  KubernetesHttpRoute,
} from './kinds/gateway-api/http-route.ts'
export type { InferencePool } from './kinds/gateway-api/inference-pool.ts'
export type {
  KubernetesTcpRoute,
  KubernetesTlsRoute,
  L4RouteSpec,
  TlsRouteSpec,
  UdpRoute,
} from './kinds/gateway-api/l4-routes.ts'
export type { AllowedRoutes, Listener, ListenerTLSConfig } from './kinds/gateway-api/listener.ts'
export type { ListenerSet } from './kinds/gateway-api/listener-set.ts'
export type { ReferenceGrant } from './kinds/gateway-api/reference-grant.ts'
export type { BackendObjectReference, BackendRef, ParentReference } from './kinds/gateway-api/route-parts.ts'
export type { XBackendTrafficPolicy } from './kinds/gateway-api/x-backend-traffic-policy.ts'
export type { IstioStatus } from './kinds/istio-kind.ts'
export { apiVersionOf, type Kind, type Typed } from './kinds/kind.ts'
export type { ConfigMap } from './kinds/kubernetes/config-map.ts'
export type { Deployment, DeploymentSpec, DeploymentStatus } from './kinds/kubernetes/deployment.ts'
export type { EndpointSlice, SliceEndpoint, SlicePort } from './kinds/kubernetes/endpoint-slice.ts'
export type { HorizontalPodAutoscaler } from './kinds/kubernetes/horizontal-pod-autoscaler.ts'
export type { Ingress, IngressClass, IngressSpec } from './kinds/kubernetes/ingress.ts'
export type { Namespace } from './kinds/kubernetes/namespace.ts'
export type { Node } from './kinds/kubernetes/node.ts'
export type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from './kinds/kubernetes/pod.ts'
export type { ReplicaSet, ReplicaSetSpec, ReplicaSetStatus } from './kinds/kubernetes/replica-set.ts'
export type { Secret } from './kinds/kubernetes/secret.ts'
export type { Service, ServicePort, ServiceSpec } from './kinds/kubernetes/service.ts'
export type { ServiceAccount } from './kinds/kubernetes/service-account.ts'
export type { WebhookConfiguration } from './kinds/kubernetes/webhook-configuration.ts'
export type { Container, ContainerPort, EnvVar } from './kinds/kubernetes/workload/container.ts'
export type { LabelSelector } from './kinds/kubernetes/workload/label-selector.ts'
export type { PodSpec, PodTemplate } from './kinds/kubernetes/workload/pod-spec.ts'
export type { Lifecycle, Probe } from './kinds/kubernetes/workload/probe.ts'
export type { CronJob, DaemonSet, Job, ReplicationController, StatefulSet } from './kinds/kubernetes/workloads.ts'
export type { ExtensionProvider } from './kinds/mesh/extension-provider.ts'
export type { MeshConfig } from './kinds/mesh/mesh-config.ts'
export type { MeshNetworks } from './kinds/mesh/mesh-networks.ts'
export type { MeshProxyConfig } from './kinds/mesh/proxy-config.ts'
export type { Canary, CanarySpec, CanaryStatus, CanaryStep } from './kinds/mizzen/canary.ts'
export type { CanaryAnalysis, CanaryMetric, CanaryWebhook } from './kinds/mizzen/canary-analysis.ts'
export type { RateLimit, RateLimitKey, RateLimitRule, RateLimitSpec } from './kinds/mizzen/rate-limit.ts'
export type { DestinationRule, DestinationRuleSpec, Subset } from './kinds/networking/destination-rule.ts'
export type {
  EnvoyConfigObjectMatch,
  EnvoyConfigObjectPatch,
  EnvoyFilter,
  EnvoyFilterSpec,
} from './kinds/networking/envoy-filter.ts'
export type { Gateway, GatewaySpec, Port, Server } from './kinds/networking/gateway.ts'
export type { ClientTLSSettings } from './kinds/networking/policy/client-tls.ts'
export type { ConnectionPoolSettings, HTTPSettings, TCPSettings } from './kinds/networking/policy/connection-pool.ts'
export type { ConsistentHashLB, LoadBalancerSettings } from './kinds/networking/policy/load-balancer.ts'
export type { LocalityLoadBalancerSetting } from './kinds/networking/policy/locality.ts'
export type { OutlierDetection } from './kinds/networking/policy/outlier-detection.ts'
export type { ServerTLSSettings } from './kinds/networking/policy/server-tls.ts'
export type { PortTrafficPolicy, TrafficPolicy } from './kinds/networking/policy/traffic-policy.ts'
export type { ProxyConfig, ProxyConfigSpec } from './kinds/networking/proxy-config.ts'
export type { Destination, PortSelector, RouteDestination } from './kinds/networking/routing/destination.ts'
export type {
  Delegate,
  HTTPDirectResponse,
  HTTPRedirect,
  HTTPRouteDestination,
} from './kinds/networking/routing/http-action.ts'
export type { HTTPFaultAbort, HTTPFaultDelay, HTTPFaultInjection } from './kinds/networking/routing/http-fault.ts'
export type { HeaderOperations, Headers } from './kinds/networking/routing/http-headers.ts'
export type { HTTPMatchRequest } from './kinds/networking/routing/http-match.ts'
export type {
  CorsPolicy,
  HTTPMirrorPolicy,
  HTTPRetry,
  HTTPRewrite,
  RegexRewrite,
} from './kinds/networking/routing/http-modifier.ts'
export type { HTTPRoute } from './kinds/networking/routing/http-route.ts'
export type { L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute } from './kinds/networking/routing/l4-route.ts'
export type { Percent } from './kinds/networking/routing/percent.ts'
export type { StringMatch } from './kinds/networking/routing/string-match.ts'
export type { ServiceEntry, ServiceEntryPort, ServiceEntrySpec } from './kinds/networking/service-entry.ts'
export type { IstioEgressListener, IstioIngressListener, Sidecar, SidecarSpec } from './kinds/networking/sidecar.ts'
export type { VirtualService, VirtualServiceSpec } from './kinds/networking/virtual-service.ts'
export type { WorkloadEntry, WorkloadEntrySpec } from './kinds/networking/workload-entry.ts'
export type { ReadinessProbe, WorkloadGroup, WorkloadGroupSpec } from './kinds/networking/workload-group.ts'
export type { PolicyTargetReference } from './kinds/policy-target.ts'
export { findKind, type KindTypes, kindOf, kinds, type ObjectOf } from './kinds/registry.ts'
export type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicy,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './kinds/security/authorization-policy.ts'
export type { MutualTLS, PeerAuthentication, PeerAuthenticationSpec } from './kinds/security/peer-authentication.ts'
export type {
  JWTRule,
  RequestAuthentication,
  RequestAuthenticationSpec,
} from './kinds/security/request-authentication.ts'
export type {
  MetricSelector,
  Telemetry,
  TelemetryAccessLogging,
  TelemetryMetrics,
  TelemetrySpec,
  TelemetryTracing,
} from './kinds/telemetry/telemetry.ts'
export { DEFAULT_NAMESPACE, normalise } from './normalise.ts'
export type { Problem } from './problem.ts'
export { type CodeFacts, PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'
export {
  type Condition,
  kindIdOf,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
  objectKey,
  type Resource,
} from './resource.ts'
export { isCipherSuite } from './rules/cipher-suites.ts'
export { regexSize } from './rules/regex-size.ts'
export { withDefaults } from './schema/defaults.ts'
export { validate } from './validate.ts'
export { parseDocuments } from './yaml/parse-documents.ts'
export type { ParsedDocument } from './yaml/parsed-document.ts'
export type { ParseLimits } from './yaml/yaml-limits.ts'
