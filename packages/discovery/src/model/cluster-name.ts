/** Istio's names of clusters: `outbound|80|v1|reviews.default.svc.cluster.local`, `inbound|8080||`. */

export const PASSTHROUGH_CLUSTER = 'PassthroughCluster'
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster'
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster'

export interface ClusterName {
  readonly direction: string
  readonly port: number
  readonly subset: string
  readonly host: string
}

export function outboundCluster(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`
}

export function inboundCluster(port: number): string {
  return `inbound|${port}||`
}

/** Takes the SNI form too (`outbound_.80_.v1_.host`); undefined for names that have another shape. */
export function parseClusterName(name: string): ClusterName | undefined {
  const parts = name.includes('|') ? name.split('|') : name.split('_.')
  if (parts.length !== 4) return undefined
  const [direction = '', port = '', subset = '', host = ''] = parts
  if (!/^\d+$/.test(port)) return undefined
  return { direction, port: Number(port), subset, host }
}

/** `host:port`, with brackets around IPv6 addresses: the name of a virtual host. */
export function domainName(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The reverse of `domainName`; undefined for what has no port. */
export function parseDomainName(name: string): { readonly host: string; readonly port: number } | undefined {
  const [, address, host = address, port] = /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(name) ?? []
  return host === undefined ? undefined : { host, port: Number(port) }
}
