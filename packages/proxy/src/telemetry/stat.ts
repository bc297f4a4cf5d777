/** One number of Envoy's statistics. Its full name is `scope.owner.name` without the parts that are empty. */
export interface Stat {
  /** What it is about: a cluster, a connection manager, a listener, or the process. */
  readonly scope: string
  /** The cluster's name, the connection manager's stat prefix, the listener's address; '' where the scope is one only. */
  readonly owner: string
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly value: number
}

export function statName(stat: Stat): string {
  // Envoy: a colon in a name would be read as a separator by what takes the statistics in.
  return [stat.scope, stat.owner.replaceAll(':', '_'), stat.name].filter((part) => part !== '').join('.')
}
