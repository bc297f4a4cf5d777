/**
 * Configuration that a request needs and that is not there: a virtual host (VHDS; `route configuration/host`), or a
 * cluster (on-demand CDS). Plain data, since it may go from thread to thread.
 */
export interface Demand {
  readonly kind: 'virtual-host' | 'cluster'
  /** The resource's. */
  readonly name: string
  /** Wait for an answer, ms. */
  readonly timeoutMs: number
}

/** `found`: it is in use. `missing`: the control plane does not have it. `timeout`: nothing was heard. */
export type DemandOutcome = 'found' | 'missing' | 'timeout'

export interface DemandAnswer extends Pick<Demand, 'kind' | 'name'> {
  readonly outcome: DemandOutcome
}

/** For a virtual host, and for a cluster where nothing is said (Envoy's default), ms. */
export const DEMAND_TIMEOUT_MS = 5_000

/** Text by which demands are told apart. */
export function demandKey({ kind, name }: Pick<Demand, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}
