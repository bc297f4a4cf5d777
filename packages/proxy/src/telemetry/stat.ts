/** One number of Envoy's statistics. Its full name is `scope.owner.name` without the parts that are empty. */
export interface Stat {
  /** What it is about: a cluster, a connection manager, a listener, or the process. */
  readonly scope: string
  /** The cluster's name, the connection manager's stat prefix, the listener's address; '' where the scope is one only. */
  readonly owner: string
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly value: number
  /** Each worker has the same value (of configuration); else the process's value is the sum of its workers'. */
  readonly shared?: boolean
}

export function statName(stat: Stat): string {
  return [stat.scope, ownerName(stat), stat.name].filter((part) => part !== '').join('.')
}

/** As Envoy has it in names and labels: a colon would be read as a separator by what takes the statistics in. */
export function ownerName(stat: Stat): string {
  return stat.owner.replaceAll(':', '_')
}
