import type { Container, EnvVar, Pod } from '@mizzen/api'
import { podPortsJson } from './app-ports.ts'
import { type MeshSettings, PROXY_CONTAINER, proxyPorts } from './settings.ts'
import { canonicalLabels, workloadOf } from './workload.ts'

export interface ProxyContainerSettings {
  readonly mesh: MeshSettings
  readonly image: string
  /** Where the container finds its bootstrap file. */
  readonly bootstrapPath: string
  /** Further arguments of `mizzen proxy`. */
  readonly extraArgs: readonly string[]
}

/**
 * The container that carries the Pod's traffic. What the Pod's own container of this name says wins, field by field, but
 * for the arguments: those are of this program, whatever agent the manifest was written for.
 */
export function proxyContainer(pod: Pod, settings: ProxyContainerSettings): Container {
  const own = pod.spec.containers.find((container) => container.name === PROXY_CONTAINER)
  const { env: ownEnv = [], ports: ownPorts = [], image, ...rest } = own ?? { name: PROXY_CONTAINER }
  const set = new Set(ownEnv.map((variable) => variable.name))
  const declared = new Set(ownPorts.map((port) => port.containerPort))
  return {
    readinessProbe: READINESS,
    ...rest,
    args: ['proxy', '-c', settings.bootstrapPath, ...settings.extraArgs],
    name: PROXY_CONTAINER,
    image: image === undefined || image === 'auto' ? settings.image : image,
    env: [...environment(pod, settings).filter((variable) => !set.has(variable.name)), ...ownEnv],
    ports: [...PORTS.filter((port) => !declared.has(port.containerPort)), ...ownPorts],
  }
}

const PORTS = [
  { name: 'http-envoy-prom', containerPort: proxyPorts.prometheus, protocol: 'TCP' },
  { name: 'http-status', containerPort: proxyPorts.readiness, protocol: 'TCP' },
  { name: 'http-admin', containerPort: proxyPorts.admin, protocol: 'TCP' },
] as const

const READINESS = {
  httpGet: { path: '/healthz/ready', port: proxyPorts.readiness },
  periodSeconds: 15,
  timeoutSeconds: 3,
  failureThreshold: 4,
} as const

/** The variables by which Istio's agent learns who it is; `ISTIO_META_X` becomes the node metadata `X`. */
function environment(pod: Pod, { mesh }: ProxyContainerSettings): readonly EnvVar[] {
  const workload = workloadOf(pod.metadata)
  const canonical = canonicalLabels(pod.metadata)
  const app = pod.metadata.labels?.app || workload.name
  const apps = pod.spec.containers.filter((container) => container.name !== PROXY_CONTAINER)
  return [
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    value('ISTIO_META_POD_PORTS', podPortsJson(pod.spec)),
    value('ISTIO_META_APP_CONTAINERS', apps.map((container) => container.name).join(',')),
    value('ISTIO_META_CLUSTER_ID', mesh.clusterId),
    field('ISTIO_META_NODE_NAME', 'spec.nodeName'),
    value('ISTIO_META_INTERCEPTION_MODE', mesh.interceptionMode),
    value('ISTIO_META_WORKLOAD_NAME', workload.name),
    value('ISTIO_META_OWNER', workload.owner),
    value('ISTIO_META_MESH_ID', mesh.meshId),
    value('TRUST_DOMAIN', mesh.trustDomain),
    value('CANONICAL_SERVICE', canonical.name),
    value('CANONICAL_REVISION', canonical.revision),
    // Where spans come from, as Istio names it: the app, or the workload, and its namespace.
    value('OTEL_RESOURCE_ATTRIBUTES', `service.name=${app}.${pod.metadata.namespace ?? 'default'}`),
  ]
}

const value = (name: string, text: string): EnvVar => ({ name, value: text })
const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } })
