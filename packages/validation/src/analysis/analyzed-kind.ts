/**
 * The kinds that analyzers read. Another project's kind of the same name (Knative's Service) is none of them: the API
 * group decides. `KubernetesGateway` is the Gateway API's Gateway, told apart from Istio's as Istio does it.
 */
const KINDS = {
  Namespace: ['', false],
  Node: ['', false],
  Pod: ['', true],
  Service: ['', true],
  Secret: ['', true],
  ConfigMap: ['', true],
  Deployment: ['apps', true],
  StatefulSet: ['apps', true],
  DaemonSet: ['apps', true],
  ReplicaSet: ['apps', true],
  CustomResourceDefinition: ['apiextensions.k8s.io', false],
  MutatingWebhookConfiguration: ['admissionregistration.k8s.io', false],
  ValidatingWebhookConfiguration: ['admissionregistration.k8s.io', false],
  VirtualService: ['networking.istio.io', true],
  DestinationRule: ['networking.istio.io', true],
  Gateway: ['networking.istio.io', true],
  ServiceEntry: ['networking.istio.io', true],
  WorkloadEntry: ['networking.istio.io', true],
  WorkloadGroup: ['networking.istio.io', true],
  Sidecar: ['networking.istio.io', true],
  EnvoyFilter: ['networking.istio.io', true],
  ProxyConfig: ['networking.istio.io', true],
  AuthorizationPolicy: ['security.istio.io', true],
  PeerAuthentication: ['security.istio.io', true],
  RequestAuthentication: ['security.istio.io', true],
  Telemetry: ['telemetry.istio.io', true],
  WasmPlugin: ['extensions.istio.io', true],
  KubernetesGateway: ['gateway.networking.k8s.io', true],
  HTTPRoute: ['gateway.networking.k8s.io', true],
  GRPCRoute: ['gateway.networking.k8s.io', true],
  Canary: ['mizzen.io', true],
  // Not objects of Kubernetes: settings of the mesh, in files or ConfigMaps of their own.
  MeshConfig: ['', true],
  MeshNetworks: ['', true],
} as const satisfies Readonly<Record<string, readonly [group: string, namespaced: boolean]>>

export type AnalyzedKind = keyof typeof KINDS

const ALL = Object.keys(KINDS) as readonly AnalyzedKind[]

/**
 * Kinds whose documents Istio validates: those of its own, and here also the Gateway API's, Mizzen's, and ConfigMaps, of
 * which one holds the mesh's configuration.
 */
export const VALIDATED_KINDS = ALL.filter(
  (kind) => kind === 'ConfigMap' || /(?:istio|mizzen|gateway\.networking\.k8s)\.io$/.test(KINDS[kind][0]),
)

/** The kind under which an object is analysed; undefined for kinds that no analyzer reads. */
export function analyzedKind(apiVersion: string, kind: string): AnalyzedKind | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash === -1 ? '' : apiVersion.slice(0, slash)
  const name = kind === 'Gateway' && group === 'gateway.networking.k8s.io' ? 'KubernetesGateway' : kind
  const known = Object.hasOwn(KINDS, name) ? KINDS[name as AnalyzedKind] : undefined
  return known?.[0] === group ? (name as AnalyzedKind) : undefined
}

export function isNamespaced(kind: AnalyzedKind): boolean {
  return KINDS[kind][1]
}

/** As documents write it. */
export function writtenKind(kind: AnalyzedKind): string {
  return kind === 'KubernetesGateway' ? 'Gateway' : kind
}
