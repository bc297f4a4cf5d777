import type { Pod } from '@mizzen/api'
import { podPortsJson } from './app-ports.ts'
import { type ProxyType, proxyTypeOf } from './proxy-type.ts'
import { type MeshSettings, PROXY_CONTAINER, proxyPorts } from './settings.ts'
import { canonicalLabels, workloadOf } from './workload.ts'

/** Who a proxy is, in the words of xDS: the `node` of its bootstrap. */
export interface Node {
  /** `type~ip~pod.namespace~namespace.svc.domain`. */
  readonly id: string
  readonly cluster: string
  /** Istio's keys, and those that begin with MIZZEN_. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface NodeSettings {
  readonly mesh: MeshSettings
  /** Container port to the port on 127.0.0.1 where the application really listens; one machine, no interception. */
  readonly privatePorts?: ReadonlyMap<number, number>
  /** The address that a gateway's listeners bind to; 0.0.0.0 by default. */
  readonly gatewayBindAddress?: string
}

/** Annotation of a Pod: its sidecar fetches virtual hosts when requests need them, in place of all at once. */
const ON_DEMAND_HOSTS = 'mizzen.io/on-demand-hosts'

export function nodeOf(pod: Pod, podIP: string, settings: NodeSettings): Node {
  const { name, namespace = 'default', labels = {} } = pod.metadata
  const type = proxyTypeOf(pod)
  return {
    id: `${type}~${podIP}~${name}.${namespace}~${namespace}.svc.${settings.mesh.domain}`,
    cluster: `${labels.app ?? workloadOf(pod.metadata).name}.${namespace}`,
    metadata: {
      ...{ ...identity(pod, settings.mesh), ...addresses(pod, podIP, settings), ...byType(type, settings) },
      ...(pod.metadata.annotations?.[ON_DEMAND_HOSTS] === 'true' && { MIZZEN_ON_DEMAND_HOSTS: 'true' }),
    },
  }
}

function identity(pod: Pod, mesh: MeshSettings) {
  const { name, namespace = 'default', labels = {} } = pod.metadata
  const workload = workloadOf(pod.metadata)
  const canonical = canonicalLabels(pod.metadata)
  return {
    NAME: name,
    NAMESPACE: namespace,
    LABELS: {
      ...labels,
      'service.istio.io/canonical-name': canonical.name,
      'service.istio.io/canonical-revision': canonical.revision,
    },
    WORKLOAD_NAME: workload.name,
    OWNER: workload.owner,
    SERVICE_ACCOUNT: pod.spec.serviceAccountName ?? 'default',
    CLUSTER_ID: mesh.clusterId,
    MESH_ID: mesh.meshId,
    ISTIO_VERSION: mesh.istioVersion,
    NODE_NAME: pod.spec.nodeName ?? '',
  }
}

function addresses(pod: Pod, podIP: string, settings: NodeSettings) {
  const apps = pod.spec.containers.filter((container) => container.name !== PROXY_CONTAINER)
  return {
    INSTANCE_IPS: podIP,
    POD_PORTS: podPortsJson(pod.spec),
    APP_CONTAINERS: apps.map((container) => container.name).join(','),
    INTERCEPTION_MODE: settings.mesh.interceptionMode,
    ENVOY_STATUS_PORT: proxyPorts.readiness,
    ENVOY_PROMETHEUS_PORT: proxyPorts.prometheus,
  }
}

function byType(type: ProxyType, { mesh, privatePorts, gatewayBindAddress }: NodeSettings) {
  if (type === 'router') return gatewayBindAddress === undefined ? {} : { BIND_ADDRESS: gatewayBindAddress }
  return {
    ...(mesh.interceptionMode === 'NONE' ? { HTTP_PROXY_PORT: String(proxyPorts.httpProxy) } : {}),
    ...(privatePorts === undefined ? {} : { MIZZEN_APP_PORTS: Object.fromEntries(privatePorts) }),
  }
}
