import { renderTable } from '../print/table.ts'
import type { Message } from './config-dump.ts'

/** One line per filter chain: where it listens, what it takes, and where that goes. */
export function listenerTable(listeners: readonly Message[]): string {
  const rows = listeners.flatMap((listener) => {
    const { address, port } = socketAddress(listener.address)
    return filterChains(listener).map((chain) => [address, port, matchText(chain), destination(chain)])
  })
  return renderTable(['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'], rows)
}

/** `{address, port}` of an `envoy.config.core.v3.Address`; empty for others than sockets. */
export function socketAddress(address: unknown): { readonly address: string; readonly port: string } {
  const socket = (address as { socket_address?: { address?: string; port_value?: number } } | undefined)?.socket_address
  return { address: socket?.address ?? '', port: String(socket?.port_value ?? '') }
}

function filterChains(listener: Message): readonly Message[] {
  const chains = (listener.filter_chains ?? []) as readonly Message[]
  const fallback = listener.default_filter_chain as Message | undefined
  return fallback === undefined ? chains : [...chains, fallback]
}

function matchText(chain: Message): string {
  const match = (chain.filter_chain_match ?? {}) as {
    server_names?: readonly string[]
    transport_protocol?: string
    application_protocols?: readonly string[]
    destination_port?: number
    prefix_ranges?: readonly { address_prefix?: string; prefix_len?: number }[]
  }
  const parts = [
    match.server_names && `SNI: ${match.server_names.join(',')}`,
    match.transport_protocol && `Trans: ${match.transport_protocol}`,
    match.application_protocols && `App: ${match.application_protocols.join(',')}`,
    match.prefix_ranges &&
      `Addr: ${match.prefix_ranges.map((range) => `${range.address_prefix}/${range.prefix_len}`).join(',')}`,
    match.destination_port !== undefined && `Port: ${match.destination_port}`,
  ].filter((part) => typeof part === 'string')
  return parts.length === 0 ? 'ALL' : parts.join('; ')
}

function destination(chain: Message): string {
  for (const filter of (chain.filters ?? []) as readonly Message[]) {
    const config = (filter.typed_config ?? {}) as Message
    const rds = config.rds as { route_config_name?: string } | undefined
    if (rds !== undefined) return `Route: ${rds.route_config_name}`
    const inline = config.route_config as Message | undefined
    if (inline !== undefined) return inlineRoutes(inline)
    if (config.cluster !== undefined) return `Cluster: ${config.cluster}`
  }
  return 'Non-HTTP/Non-TCP'
}

/** Istio writes the routes of inbound listeners inside; most have one virtual host with one cluster. */
function inlineRoutes(config: Message): string {
  const hosts = (config.virtual_hosts ?? []) as readonly { routes?: readonly { route?: { cluster?: string } }[] }[]
  const clusters = new Set(hosts.flatMap(({ routes = [] }) => routes.map(({ route }) => route?.cluster)))
  const [cluster] = clusters
  return clusters.size === 1 && cluster !== undefined ? `Cluster: ${cluster}` : `Inline Route: ${config.name ?? ''}`
}
