import type { Pod, Resource } from '@mizzen/api'

const PROXY_CONTAINER = 'istio-proxy'

/**
 * `pod.namespace` of every Pod that runs a proxy and is not on its way out: these are expected to be connected. A Pod
 * whose proxy has not started yet is not waited for, because it begins with what is current then.
 */
export function expectedProxies(pods: readonly Resource[]): readonly string[] {
  return (pods as readonly Pod[])
    .filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.status?.phase === 'Running' && runsProxy(pod))
    .map((pod) => `${pod.metadata.name}.${pod.metadata.namespace}`)
}

function runsProxy(pod: Pod): boolean {
  const status = pod.status?.containerStatuses?.find((container) => container.name === PROXY_CONTAINER)
  return status?.state?.running !== undefined
}
