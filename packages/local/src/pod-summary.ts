import type { ContainerStatus, Pod } from '@mizzen/api'
import type { LocalPod } from './contract.ts'
import { isGateway } from './kubelet/pod-network.ts'
import { isReady } from './kubelet/pod-status.ts'

/** A Pod in a few words. */
export function describePod(pod: Pod): LocalPod {
  const { metadata, status } = pod
  const containers = status?.containerStatuses ?? []
  const ready = isReady(status)
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    labels: metadata.labels ?? {},
    ip: status?.podIP ?? '',
    phase: status?.phase ?? 'Pending',
    ready,
    terminating: metadata.deletionTimestamp !== undefined,
    gateway: isGateway(pod),
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
    message: ready ? '' : (status?.message ?? containers.map(trouble).find((text) => text !== '') ?? ''),
  }
}

/** Why a container is not ready: why it waits, or that its probe has not passed. */
function trouble({ name, ready, state }: ContainerStatus): string {
  if (ready) return ''
  if (state?.waiting !== undefined)
    return [`${name}: ${state.waiting.reason}`, state.waiting.message].filter(Boolean).join(': ')
  if (state?.terminated !== undefined) return `${name}: ended with status ${state.terminated.exitCode}`
  return `${name}: not ready yet`
}
