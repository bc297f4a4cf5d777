import type { PodCondition, PodStatus } from '@mizzen/api'
import { type ContainerSnapshot, containerStatus, timestamp } from './container-state.ts'

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

/** What a Pod's status is made of. */
export interface PodFacts {
  readonly ip: string
  readonly startedAtMs: number
  readonly restartPolicy: RestartPolicy
  readonly initContainers: readonly ContainerSnapshot[]
  readonly containers: readonly ContainerSnapshot[]
  /** Why it can't be run at all yet, as the lack of a free address. */
  readonly obstacle?: string
}

/** The status of a Pod as a kubelet reports it. `previous` gives the times of conditions that did not change. */
export function podStatus(facts: PodFacts, nowMs: number, previous?: PodStatus): PodStatus {
  const phase = podPhase(facts)
  const initialised = facts.initContainers.every((container) => succeeded(container) || container.ready)
  const ready = phase === 'Running' && initialised && facts.containers.every((container) => container.ready)
  const address = facts.ip === '' ? {} : { podIP: facts.ip, podIPs: [{ ip: facts.ip }] }
  const blocked = facts.obstacle === undefined ? {} : { reason: 'FailedCreatePodSandBox', message: facts.obstacle }
  const unready = facts.containers.filter((container) => !container.ready).map((container) => container.name)
  const message = ready ? '' : `containers with unready status: [${unready.join(' ')}]`
  const condition = (type: string, holds: boolean, reason = '', text = '') =>
    withTime({ type, status: holds ? 'True' : 'False', ...(holds ? {} : { reason, message: text }) }, nowMs, previous)
  return {
    phase,
    ...blocked,
    ...address,
    hostIP: '127.0.0.1',
    startTime: timestamp(facts.startedAtMs),
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', initialised, 'ContainersNotInitialized'),
      condition('ContainersReady', ready, 'ContainersNotReady', message),
      condition('Ready', ready, 'ContainersNotReady', message),
    ],
    ...(facts.initContainers.length === 0 ? {} : { initContainerStatuses: facts.initContainers.map(containerStatus) }),
    containerStatuses: facts.containers.map(containerStatus),
  }
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase */
function podPhase({ containers, restartPolicy }: PodFacts): NonNullable<PodStatus['phase']> {
  const begun = containers.some((container) => container.state.kind !== 'waiting' || container.restartCount > 0)
  if (!begun) return 'Pending'
  const over = containers.every((container) => container.state.kind === 'terminated')
  if (!over || restartPolicy === 'Always') return 'Running'
  if (containers.every(succeeded)) return 'Succeeded'
  return restartPolicy === 'Never' ? 'Failed' : 'Running'
}

function succeeded(container: ContainerSnapshot): boolean {
  return container.state.kind === 'terminated' && container.state.exitCode === 0
}

function withTime(condition: PodCondition, nowMs: number, previous: PodStatus | undefined): PodCondition {
  const before = previous?.conditions?.find((other) => other.type === condition.type)
  const same = before !== undefined && before.status === condition.status
  return { ...condition, lastTransitionTime: (same ? before.lastTransitionTime : undefined) ?? timestamp(nowMs) }
}

export function isReady(status: PodStatus | undefined): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
}
