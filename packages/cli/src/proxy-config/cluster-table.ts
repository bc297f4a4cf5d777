import { renderTable } from '../print/table.ts'
import type { Message } from './config-dump.ts'

/** What `outbound|80|v1|reviews.default.svc.cluster.local` says; other names are hosts by themselves. */
export interface ClusterName {
  readonly direction: string
  readonly port: string
  readonly subset: string
  readonly host: string
}

export function parseClusterName(name: string): ClusterName {
  const [direction = '', port = '', subset = '', host, ...more] = name.split('|')
  if (host === undefined || more.length > 0) return { direction: '-', port: '-', subset: '-', host: name }
  return { direction, port, subset: subset || '-', host: host || '-' }
}

export interface ClusterFilter {
  readonly fqdn?: string
  readonly port?: string
  readonly subset?: string
  readonly direction?: string
}

export function selectsCluster(filter: ClusterFilter, name: ClusterName): boolean {
  const { fqdn = name.host, port = name.port, subset = name.subset, direction = name.direction } = filter
  return fqdn === name.host && port === name.port && subset === name.subset && direction === name.direction
}

export function clusterTable(clusters: readonly Message[]): string {
  const rows = clusters.map((cluster) => {
    const { host, port, subset, direction } = parseClusterName(String(cluster.name))
    return [host, port, subset, direction, clusterType(cluster), destinationRule(cluster)]
  })
  return renderTable(['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'], sorted(rows))
}

function clusterType(cluster: Message): string {
  return String(cluster.type ?? (cluster.cluster_type as Message | undefined)?.name ?? 'STATIC')
}

/** Istio leaves the rule's API path in the cluster's metadata. */
function destinationRule(cluster: Message): string {
  const metadata = cluster.metadata as { filter_metadata?: { istio?: { config?: string } } } | undefined
  const [, namespace, name] =
    /\/namespaces\/([^/]+)\/destination-?rules?\/([^/]+)$/.exec(metadata?.filter_metadata?.istio?.config ?? '') ?? []
  return name === undefined ? '' : `${name}.${namespace}`
}

function sorted(rows: readonly string[][]): readonly string[][] {
  return [...rows].sort((a, b) => (a.join('|') < b.join('|') ? -1 : 1))
}
