import { isIPv6 } from 'node:net'
import type { ProxyNode } from '@mizzen/xds'

/** What a node id `type~ip~pod.namespace~namespace.svc.domain` says. */
export interface ProxyIdentity {
  /** `sidecar`, `router`, … */
  readonly type: string
  readonly ip: string
  /** `pod.namespace`: how people name a proxy. */
  readonly name: string
  readonly namespace: string
}

export function proxyIdentity(node: ProxyNode): ProxyIdentity {
  const [type = '', ip = '', name = '', domain = ''] = node.id.split('~')
  const [namespace = ''] = domain.split('.')
  return { type, ip, name, namespace }
}

/** Istio's fixed admin port; `MIZZEN_ADMIN_PORT` in the node's metadata overrides it. */
const ADMIN_PORT = 15_000
const PROMETHEUS_PORT = 15_090

/** Base URL of the proxy's admin interface, without a final slash. */
export function adminUrl(node: ProxyNode): string {
  return baseUrl(node, metadataPort(node, 'MIZZEN_ADMIN_PORT') ?? ADMIN_PORT)
}

/** Where the proxy prints its metrics in Prometheus form. */
export function prometheusUrl(node: ProxyNode): string {
  return `${baseUrl(node, metadataPort(node, 'ENVOY_PROMETHEUS_PORT') ?? PROMETHEUS_PORT)}/stats/prometheus`
}

function baseUrl(node: ProxyNode, port: number): string {
  const { ip } = proxyIdentity(node)
  return `http://${isIPv6(ip) ? `[${ip}]` : ip}:${port}`
}

function metadataPort(node: ProxyNode, key: string): number | undefined {
  const port = Number(node.metadata[key])
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}
