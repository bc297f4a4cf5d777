import type { KindTypes } from '../kinds/registry.ts'
import { kindIdOf, type Resource } from '../resource.ts'
import type { Report } from '../schema/check-shape.ts'
import { checkAuthorizationPolicy } from './authorization-policy.ts'
import { checkCanary } from './canary.ts'
import { checkConfigMap } from './config-map.ts'
import { checkDestinationRule } from './destination-rule.ts'
import { checkDryRun } from './dry-run.ts'
import { checkEnvoyFilter } from './envoy-filter.ts'
import { checkGateway } from './gateway.ts'
import { checkKubernetesGateway, checkListenerSet } from './gateway-api-listener.ts'
import { checkBackendTlsPolicy, checkL4RouteKind } from './gateway-api-policy.ts'
import { checkGrpcRouteKind, checkHttpRouteKind } from './gateway-api-route.ts'
import { checkHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { checkIngress } from './ingress.ts'
import { checkMetadata } from './metadata.ts'
import { checkPeerAuthentication } from './peer-authentication.ts'
import {
  checkCronJob,
  checkDaemonSet,
  checkDeployment,
  checkJob,
  checkPod,
  checkReplicaSet,
  checkReplicationController,
  checkStatefulSet,
} from './pod-spec.ts'
import { checkProxyConfig } from './proxy-config.ts'
import { checkRateLimit } from './rate-limit.ts'
import { checkRequestAuthentication } from './request-authentication.ts'
import { checkService } from './service.ts'
import { checkServiceEntry } from './service-entry.ts'
import { checkSidecar } from './sidecar.ts'
import { checkTelemetry } from './telemetry.ts'
import { checkTrafficExtension } from './traffic-extension.ts'
import { checkVirtualService } from './virtual-service.ts'
import { checkWasmPlugin } from './wasm.ts'
import { checkWorkloadEntry } from './workload-entry.ts'
import { checkWorkloadGroup } from './workload-group.ts'

type Rules = { readonly [Name in keyof KindTypes]?: (object: KindTypes[Name], report: Report) => void }

/** The rules of each kind beyond its shape; all rely on the shape being good. */
const RULES: Rules = {
  VirtualService: checkVirtualService,
  DestinationRule: checkDestinationRule,
  Gateway: checkGateway,
  ServiceEntry: checkServiceEntry,
  WorkloadEntry: checkWorkloadEntry,
  WorkloadGroup: checkWorkloadGroup,
  Sidecar: checkSidecar,
  EnvoyFilter: checkEnvoyFilter,
  ProxyConfig: checkProxyConfig,
  PeerAuthentication: checkPeerAuthentication,
  RequestAuthentication: checkRequestAuthentication,
  AuthorizationPolicy: checkAuthorizationPolicy,
  Telemetry: checkTelemetry,
  WasmPlugin: checkWasmPlugin,
  TrafficExtension: checkTrafficExtension,
  'Gateway.gateway.networking.k8s.io': checkKubernetesGateway,
  ListenerSet: checkListenerSet,
  HTTPRoute: checkHttpRouteKind,
  GRPCRoute: checkGrpcRouteKind,
  TCPRoute: checkL4RouteKind,
  TLSRoute: checkL4RouteKind,
  UDPRoute: checkL4RouteKind,
  BackendTLSPolicy: checkBackendTlsPolicy,
  Canary: checkCanary,
  RateLimit: checkRateLimit,
  ConfigMap: checkConfigMap,
  HorizontalPodAutoscaler: checkHorizontalPodAutoscaler,
  Ingress: checkIngress,
  Service: checkService,
  Pod: checkPod,
  Deployment: checkDeployment,
  ReplicaSet: checkReplicaSet,
  DaemonSet: checkDaemonSet,
  StatefulSet: checkStatefulSet,
  Job: checkJob,
  CronJob: checkCronJob,
  ReplicationController: checkReplicationController,
}

export function checkRules(resource: Resource, report: Report): void {
  checkMetadata(resource.metadata, report)
  if (resource.kind !== 'AuthorizationPolicy' && /\.istio\.io\//.test(resource.apiVersion)) {
    checkDryRun(resource.metadata, false, report)
  }
  const check = RULES[kindIdOf(resource) as keyof KindTypes] as ((object: Resource, report: Report) => void) | undefined
  check?.(resource, report)
}
