import type { ConfigNode } from './config-node.ts'
import type { ListenerFilterConfig, ProxyProtocolConfig } from './model.ts'

const PREFIX = 'envoy.extensions'
export const PROXY_PROTOCOL_FILTER_TYPE = `${PREFIX}.filters.listener.proxy_protocol.v3.ProxyProtocol`
export const PROXY_PROTOCOL_SOCKET_TYPE = `${PREFIX}.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport`

const VERSIONS = { V1: 1, V2: 2 } as const

/** The listener filter; TLVs go to upstreams only, not to metadata. */
export function readProxyProtocolFilter(node: ConfigNode): ListenerFilterConfig {
  node.ignore('stat_prefix')
  return {
    kind: 'proxy-protocol',
    allowWithout: node.boolean('allow_requests_without_proxy_protocol'),
    disallowed: readVersions(node),
    passThrough: node.child('pass_through_tlvs', readPassThrough) ?? [],
  }
}

function readVersions(node: ConfigNode): readonly (1 | 2)[] {
  const known: Readonly<Record<string, 1 | 2>> = VERSIONS
  return ((node.raw('disallowed_versions') ?? []) as readonly unknown[]).map((name, index) => {
    const version = typeof name === 'string' ? known[name] : undefined
    if (version === undefined) throw node.error('bad-config', 'must be V1 or V2', `disallowed_versions[${index}]`)
    return version
  })
}

/** envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport, without the socket in it. */
export function readProxyProtocolSocket(node: ConfigNode): ProxyProtocolConfig {
  return (
    node.child('config', (config) => ({
      version: config.enumeration('version', VERSIONS),
      passThrough: config.child('pass_through_tlvs', readPassThrough) ?? [],
      addedTlvs: config.list('added_tlvs', readTlv),
    })) ?? { version: 1, passThrough: [], addedTlvs: [] }
  )
}

function readPassThrough(node: ConfigNode): 'all' | readonly number[] {
  const all = node.enumeration('match_type', { INCLUDE_ALL: true, INCLUDE: false })
  const types = node.numbers('tlv_type')
  if (!all && types.some((type) => !isByte(type))) throw node.error('bad-config', 'must be 0 to 255', 'tlv_type')
  return all ? 'all' : types
}

function readTlv(node: ConfigNode): ProxyProtocolConfig['addedTlvs'][number] {
  const type = node.count('type', 0)
  if (!isByte(type)) throw node.error('bad-config', 'must be 0 to 255', 'type')
  return { type, value: node.requiredString('value') }
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255
}
