import type { EndpointSlice, Pod, Service, ServicePort, SliceEndpoint, SlicePort } from '@mizzen/api'
import { isReady } from '../kubelet/pod-status.ts'
import { contentName } from './object-names.ts'
import { matchesAll } from './selector.ts'

/**
 * The EndpointSlices of a Service: its Pods by selector, grouped by the ports that they offer (a named target port may
 * differ from Pod to Pod). A Pod that is going away stays listed as terminating until it is gone, so that callers can
 * finish; one that is not ready is listed as such. A Service without selector has none.
 */
export function endpointSlices(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const { selector, ports = [], publishNotReadyAddresses = false } = service.spec
  if (selector === undefined || Object.keys(selector).length === 0) return []
  const chosen = pods.filter((pod) => pod.metadata.namespace === service.metadata.namespace && hasAddress(pod))
  const groups = new Map<string, { ports: readonly SlicePort[]; endpoints: SliceEndpoint[] }>()
  for (const pod of chosen) {
    if (!matchesAll(selector, pod.metadata.labels ?? {})) continue
    const offered = ports.flatMap((port) => slicePort(port, pod))
    const key = contentName(offered)
    const group = groups.get(key) ?? { ports: offered, endpoints: [] }
    group.endpoints.push(endpoint(pod, publishNotReadyAddresses))
    groups.set(key, group)
  }
  // A Service without Pods has one empty slice, so that it is known to have none; the same one that its Pods will fill.
  if (groups.size === 0) {
    const offered = ports.flatMap((port) => slicePort(port, undefined))
    groups.set(contentName(offered), { ports: offered, endpoints: [] })
  }
  return [...groups].map(([key, group]) => slice(service, key, group))
}

function hasAddress({ status }: Pod): boolean {
  return (status?.podIP ?? '') !== '' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
}

function slice(service: Service, key: string, content: Pick<EndpointSlice, 'ports' | 'endpoints'>): EndpointSlice {
  const { name, namespace } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${key}`,
      namespace,
      labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'mizzen-local' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, controller: true }],
    },
    addressType: 'IPv4',
    ...content,
  }
}

/** Nothing if the Pod has no such port: the endpoint does not offer it then. */
function slicePort(port: ServicePort, pod: Pod | undefined): readonly SlicePort[] {
  const target = port.targetPort ?? port.port
  const number = typeof target === 'number' ? target : namedPort(target, pod)
  if (number === undefined) return []
  const { name, appProtocol, protocol = 'TCP' } = port
  return [{ name: name ?? '', port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
}

function namedPort(name: string, pod: Pod | undefined): number | undefined {
  const containers = pod?.spec.containers ?? []
  const ports = containers.flatMap((container) => container.ports ?? [])
  return ports.find((port) => port.name === name)?.containerPort ?? (/^\d+$/.test(name) ? Number(name) : undefined)
}

function endpoint(pod: Pod, publishNotReady: boolean): SliceEndpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata
  const serving = isReady(pod.status)
  const terminating = deletionTimestamp !== undefined
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: publishNotReady || (serving && !terminating), serving, terminating },
    targetRef: { kind: 'Pod', name, namespace, ...(uid === undefined ? {} : { uid }) },
    nodeName: pod.spec.nodeName,
  }
}
