import type { BinCounts } from './log-linear-histogram.ts'

/** How one of Envoy's statistics is called: `scope.owner.name` without the parts that are empty. */
export interface StatKey {
  /** What it is about: a cluster, a connection manager, a listener, or the process. */
  readonly scope: string
  /** The cluster's name, the connection manager's stat prefix, the listener's address; '' where the scope is one only. */
  readonly owner: string
  readonly name: string
}

/** One number. */
export interface Stat extends StatKey {
  readonly kind: 'counter' | 'gauge'
  readonly value: number
  /** Each worker has the same value (of configuration); else the process's value is the sum of its workers'. */
  readonly shared?: boolean
}

/** What was recorded of a duration or a number; the process's is the sum of its workers'. */
export interface HistogramStat extends StatKey {
  readonly bins: BinCounts
}

export function statName(stat: StatKey): string {
  return [stat.scope, ownerName(stat), stat.name].filter((part) => part !== '').join('.')
}

/** As Envoy has it in names and labels: a colon would be read as a separator by what takes the statistics in. */
export function ownerName(stat: StatKey): string {
  return stat.owner.replaceAll(':', '_')
}
