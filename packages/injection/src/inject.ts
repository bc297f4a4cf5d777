import type { Pod } from '@mizzen/api'
import { type ProxyContainerSettings, proxyContainer } from './proxy-container.ts'
import { PROXY_CONTAINER } from './settings.ts'
import { canonicalLabels } from './workload.ts'

export interface InjectSettings extends ProxyContainerSettings {
  readonly revision: string
}

/** Records what injection added; a Pod that has it is not injected again. */
export const STATUS_ANNOTATION = 'sidecar.istio.io/status'

/**
 * The Pod with its proxy: the container `istio-proxy` (in its place if the Pod names one itself, else last), the labels of
 * its canonical service and the annotations that tools look for. A Pod that was injected before is returned as it is.
 */
export function inject(pod: Pod, settings: InjectSettings): Pod {
  if (pod.metadata.annotations?.[STATUS_ANNOTATION] !== undefined) return pod
  const proxy = proxyContainer(pod, settings)
  const present = pod.spec.containers.some((container) => container.name === PROXY_CONTAINER)
  const containers = present
    ? pod.spec.containers.map((container) => (container.name === PROXY_CONTAINER ? proxy : container))
    : [...pod.spec.containers, proxy]
  const canonical = canonicalLabels(pod.metadata)
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        'service.istio.io/canonical-name': canonical.name,
        'service.istio.io/canonical-revision': canonical.revision,
      },
      annotations: {
        ...annotations(pod, settings),
        ...pod.metadata.annotations,
        [STATUS_ANNOTATION]: status(settings),
      },
    },
    spec: { ...pod.spec, containers },
  }
}

function annotations(pod: Pod, settings: InjectSettings): Readonly<Record<string, string>> {
  const main = pod.spec.containers.find((container) => container.name !== PROXY_CONTAINER)
  const revision = { 'istio.io/rev': settings.revision }
  return main === undefined ? revision : { ...revision, 'kubectl.kubernetes.io/default-container': main.name }
}

function status(settings: InjectSettings): string {
  return JSON.stringify({
    initContainers: null,
    containers: [PROXY_CONTAINER],
    volumes: null,
    imagePullSecrets: null,
    revision: settings.revision,
  })
}
