import type { Pod } from '@mizzen/api'
import type { Labels } from './labels.ts'
import { type Workload, workloadOf } from './workload.ts'

/** What endpoints need of a Pod. Most changes of a Pod's status change nothing of it. */
export interface PodModel {
  readonly namespace: string
  readonly labels: Labels
  readonly workload: Workload
  /** '' until it has one. */
  readonly ip: string
  /** Takes traffic: it runs, is ready, and is not on its way out. */
  readonly ready: boolean
  /** Container ports by name. */
  readonly ports: Readonly<Record<string, number>>
}

export function podModel(pod: Pod): PodModel {
  const { conditions = [], podIP = '', phase } = pod.status ?? {}
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return {
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    workload: workloadOf(pod),
    ip: podIP,
    ready: ready && phase === 'Running' && pod.metadata.deletionTimestamp === undefined,
    ports: containerPorts(pod),
  }
}

function containerPorts(pod: Pod): Record<string, number> {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? [])
  return Object.fromEntries(
    ports.flatMap(({ name, containerPort }) => (name === undefined ? [] : [[name, containerPort]])),
  )
}
