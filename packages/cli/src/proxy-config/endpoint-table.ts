import { renderTable } from '../print/table.ts'
import { socketAddress } from './listener-table.ts'

/** As much of `/clusters?format=json` as the table needs. */
export interface ClusterStatus {
  readonly name: string
  readonly host_statuses?: readonly {
    readonly address?: unknown
    readonly health_status?: { readonly eds_health_status?: string; readonly failed_outlier_check?: boolean }
  }[]
}

/** One line per endpoint of each cluster, with what discovery and outlier detection say about it. */
export function endpointTable(clusters: readonly ClusterStatus[]): string {
  const rows = clusters.flatMap(({ name, host_statuses = [] }) =>
    host_statuses.map(({ address, health_status }) => {
      const socket = socketAddress(address)
      const outlier = health_status?.failed_outlier_check === true ? 'FAILED' : 'OK'
      return [`${socket.address}:${socket.port}`, health_status?.eds_health_status ?? 'UNKNOWN', outlier, name]
    }),
  )
  return renderTable(['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'], rows)
}
