import type { TrafficSignals } from '@mizzen/control-plane'

/** Golden signals of a workload or a service. */
export interface WorkloadRow {
  readonly service: string
  readonly namespace: string
  readonly workload: string
  readonly version: string
  /** Whose proxies counted. */
  readonly reporter: 'source' | 'destination'
  readonly requestsPerSecond: number
  /** 0 to 1. */
  readonly successRate: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

export interface WorkloadFilter {
  readonly namespace?: string
  /** A workload, a service or its host. */
  readonly name?: string
  /** Default: servers, and callers where servers have no proxy. */
  readonly reporter?: 'source' | 'destination'
}

export function workloadRows(traffic: readonly TrafficSignals[], filter: WorkloadFilter): readonly WorkloadRow[] {
  const whole = traffic.filter((one) => one.route === '' && isWanted(one, filter))
  const servers = new Set(whole.filter(({ reporter }) => reporter === 'destination').map(placeOf))
  const told = (one: TrafficSignals) =>
    filter.reporter === undefined
      ? one.reporter === 'destination' || !servers.has(placeOf(one))
      : one.reporter === filter.reporter
  return whole.filter(told).map((one) => ({
    ...{ service: one.service, namespace: one.namespace, workload: one.workload, version: one.version },
    ...{ reporter: one.reporter as WorkloadRow['reporter'], requestsPerSecond: one.requestsPerSecond },
    ...{ successRate: 1 - one.errorRate, p50Ms: one.p50Ms, p95Ms: one.p95Ms, p99Ms: one.p99Ms },
  }))
}

function isWanted({ namespace, workload, service }: TrafficSignals, filter: WorkloadFilter): boolean {
  const { name } = filter
  const named = name === undefined || [workload, service].includes(name) || service.startsWith(`${name}.`)
  return named && (filter.namespace === undefined || namespace === filter.namespace)
}

function placeOf({ service, namespace, workload, version }: TrafficSignals): string {
  return [service, namespace, workload, version].join('\n')
}
