import type { Resource } from '../resource.ts'
import { type TrafficExtension, trafficExtensionKind } from './extensions/traffic-extension.ts'
import { type WasmPlugin, wasmPluginKind } from './extensions/wasm-plugin.ts'
import { type BackendTLSPolicy, backendTlsPolicyKind } from './gateway-api/backend-tls-policy.ts'
import { type KubernetesGateway, kubernetesGatewayKind } from './gateway-api/gateway.ts'
import { type GatewayClass, gatewayClassKind } from './gateway-api/gateway-class.ts'
import { type GrpcRoute, grpcRouteKind } from './gateway-api/grpc-route.ts'
import { httpRouteKind, type KubernetesHttpRoute } from './gateway-api/http-route.ts'
import { type InferencePool, inferencePoolKind } from './gateway-api/inference-pool.ts'
import {
  type KubernetesTcpRoute,
  type KubernetesTlsRoute,
  tcpRouteKind,
  tlsRouteKind,
  type UdpRoute,
  udpRouteKind,
} from './gateway-api/l4-routes.ts'
import { type ListenerSet, listenerSetKind } from './gateway-api/listener-set.ts'
import { type ReferenceGrant, referenceGrantKind } from './gateway-api/reference-grant.ts'
import { type XBackendTrafficPolicy, xBackendTrafficPolicyKind } from './gateway-api/x-backend-traffic-policy.ts'
import type { Kind } from './kind.ts'
import { type ConfigMap, configMapKind } from './kubernetes/config-map.ts'
import { type Deployment, deploymentKind } from './kubernetes/deployment.ts'
import { type EndpointSlice, endpointSliceKind } from './kubernetes/endpoint-slice.ts'
import { type HorizontalPodAutoscaler, horizontalPodAutoscalerKind } from './kubernetes/horizontal-pod-autoscaler.ts'
import { type Ingress, type IngressClass, ingressClassKind, ingressKind } from './kubernetes/ingress.ts'
import { type Namespace, namespaceKind } from './kubernetes/namespace.ts'
import { type Node, nodeKind } from './kubernetes/node.ts'
import { type Pod, podKind } from './kubernetes/pod.ts'
import { type ReplicaSet, replicaSetKind } from './kubernetes/replica-set.ts'
import { type Secret, secretKind } from './kubernetes/secret.ts'
import { type Service, serviceKind } from './kubernetes/service.ts'
import { type ServiceAccount, serviceAccountKind } from './kubernetes/service-account.ts'
import {
  mutatingWebhookKind,
  validatingWebhookKind,
  type WebhookConfiguration,
} from './kubernetes/webhook-configuration.ts'
import {
  type CronJob,
  type DaemonSet,
  type Job,
  type ReplicationController,
  type StatefulSet,
  workloadKinds,
} from './kubernetes/workloads.ts'
import { type Canary, canaryKind } from './mizzen/canary.ts'
import { type RateLimit, rateLimitKind } from './mizzen/rate-limit.ts'
import { type DestinationRule, destinationRuleKind } from './networking/destination-rule.ts'
import { type EnvoyFilter, envoyFilterKind } from './networking/envoy-filter.ts'
import { type Gateway, gatewayKind } from './networking/gateway.ts'
import { type ProxyConfig, proxyConfigKind } from './networking/proxy-config.ts'
import { type ServiceEntry, serviceEntryKind } from './networking/service-entry.ts'
import { type Sidecar, sidecarKind } from './networking/sidecar.ts'
import { type VirtualService, virtualServiceKind } from './networking/virtual-service.ts'
import { type WorkloadEntry, workloadEntryKind } from './networking/workload-entry.ts'
import { type WorkloadGroup, workloadGroupKind } from './networking/workload-group.ts'
import { type AuthorizationPolicy, authorizationPolicyKind } from './security/authorization-policy.ts'
import { type PeerAuthentication, peerAuthenticationKind } from './security/peer-authentication.ts'
import { type RequestAuthentication, requestAuthenticationKind } from './security/request-authentication.ts'
import { type Telemetry, telemetryKind } from './telemetry/telemetry.ts'

/** Every kind that Mizzen understands. Where two groups have a kind of one name, the first here owns the bare name. */
export const kinds: readonly Kind[] = [
  virtualServiceKind,
  destinationRuleKind,
  gatewayKind,
  serviceEntryKind,
  workloadEntryKind,
  workloadGroupKind,
  sidecarKind,
  envoyFilterKind,
  proxyConfigKind,
  peerAuthenticationKind,
  requestAuthenticationKind,
  authorizationPolicyKind,
  telemetryKind,
  wasmPluginKind,
  trafficExtensionKind,
  gatewayClassKind,
  kubernetesGatewayKind,
  listenerSetKind,
  httpRouteKind,
  grpcRouteKind,
  tcpRouteKind,
  tlsRouteKind,
  udpRouteKind,
  referenceGrantKind,
  backendTlsPolicyKind,
  xBackendTrafficPolicyKind,
  inferencePoolKind,
  serviceKind,
  podKind,
  namespaceKind,
  configMapKind,
  serviceAccountKind,
  secretKind,
  nodeKind,
  endpointSliceKind,
  deploymentKind,
  replicaSetKind,
  ...workloadKinds,
  horizontalPodAutoscalerKind,
  ingressKind,
  ingressClassKind,
  mutatingWebhookKind,
  validatingWebhookKind,
  canaryKind,
  rateLimitKind,
]

/** The TypeScript type of each kind, by its id (`Kind.id`). */
export interface KindTypes {
  VirtualService: VirtualService
  DestinationRule: DestinationRule
  Gateway: Gateway
  ServiceEntry: ServiceEntry
  WorkloadEntry: WorkloadEntry
  WorkloadGroup: WorkloadGroup
  Sidecar: Sidecar
  EnvoyFilter: EnvoyFilter
  ProxyConfig: ProxyConfig
  PeerAuthentication: PeerAuthentication
  RequestAuthentication: RequestAuthentication
  AuthorizationPolicy: AuthorizationPolicy
  Telemetry: Telemetry
  WasmPlugin: WasmPlugin
  TrafficExtension: TrafficExtension
  GatewayClass: GatewayClass
  'Gateway.gateway.networking.k8s.io': KubernetesGateway
  ListenerSet: ListenerSet
  HTTPRoute: KubernetesHttpRoute
  GRPCRoute: GrpcRoute
  TCPRoute: KubernetesTcpRoute
  TLSRoute: KubernetesTlsRoute
  UDPRoute: UdpRoute
  ReferenceGrant: ReferenceGrant
  BackendTLSPolicy: BackendTLSPolicy
  XBackendTrafficPolicy: XBackendTrafficPolicy
  InferencePool: InferencePool
  Service: Service
  Pod: Pod
  Namespace: Namespace
  ConfigMap: ConfigMap
  ServiceAccount: ServiceAccount
  Secret: Secret
  Node: Node
  EndpointSlice: EndpointSlice
  Deployment: Deployment
  ReplicaSet: ReplicaSet
  DaemonSet: DaemonSet
  StatefulSet: StatefulSet
  Job: Job
  CronJob: CronJob
  ReplicationController: ReplicationController
  HorizontalPodAutoscaler: HorizontalPodAutoscaler
  Ingress: Ingress
  IngressClass: IngressClass
  MutatingWebhookConfiguration: WebhookConfiguration
  ValidatingWebhookConfiguration: WebhookConfiguration
  Canary: Canary
  RateLimit: RateLimit
}

/** The type of an object of a kind that is known when compiling, `Resource` otherwise. */
export type ObjectOf<Name extends string> = Name extends keyof KindTypes ? KindTypes[Name] : Resource

const byWord = new Map<string, Kind>()
const byGroupKind = new Map<string, Kind>()
for (const kind of kinds) {
  byGroupKind.set(`${kind.group}/${kind.kind}`, kind)
  for (const word of [kind.singular, kind.plural, ...kind.shortNames]) {
    if (!byWord.has(word)) byWord.set(word, kind)
    if (kind.group !== '') byWord.set(`${word}.${kind.group}`, kind)
    for (const version of kind.versions) {
      byWord.set(kind.group === '' ? `${word}.${version}` : `${word}.${version}.${kind.group}`, kind)
    }
  }
}

/** The kind that a person means by `vs`, `VirtualService`, `virtualservices`, `virtualservices.networking.istio.io`, … */
export function findKind(word: string): Kind | undefined {
  return byWord.get(word.toLowerCase())
}

/** The kind of a document; undefined when the pair isn't one of ours. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  const slash = apiVersion.indexOf('/')
  const known = byGroupKind.get(`${slash === -1 ? '' : apiVersion.slice(0, slash)}/${kind}`)
  return known?.versions.includes(apiVersion.slice(slash + 1)) ? known : undefined
}
