import { isIP } from 'node:net'
import type { ConfigNode } from './config-node.ts'
import type { CidrRange, FilterChainMatch } from './model.ts'

const SOURCE_TYPES = { ANY: 'any', SAME_IP_OR_LOOPBACK: 'local', EXTERNAL: 'external' } as const

/** The match of a filter chain that says nothing: it takes every connection. */
const EVERYTHING: FilterChainMatch = {
  destinationPort: 0,
  destinationRanges: [],
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
  directSourceRanges: [],
  sourceType: 'any',
  sourceRanges: [],
  sourcePorts: [],
}

/** envoy.config.listener.v3.FilterChainMatch of a filter chain. */
export function readFilterChainMatch(chain: ConfigNode): FilterChainMatch {
  return chain.child('filter_chain_match', readMatch) ?? EVERYTHING
}

function readMatch(node: ConfigNode): FilterChainMatch {
  return {
    destinationPort: node.count('destination_port', 0),
    destinationRanges: node.list('prefix_ranges', readCidrRange),
    serverNames: readServerNames(node),
    transportProtocol: node.string('transport_protocol'),
    applicationProtocols: node.strings('application_protocols'),
    directSourceRanges: node.list('direct_source_prefix_ranges', readCidrRange),
    sourceType: node.enumeration('source_type', SOURCE_TYPES),
    sourceRanges: node.list('source_prefix_ranges', readCidrRange),
    sourcePorts: node.numbers('source_ports'),
  }
}

function readServerNames(node: ConfigNode): readonly string[] {
  return node.strings('server_names').map((name) => {
    if (name.replace(/^\*\./, '').includes('*')) {
      throw node.error('bad-config', `"${name}": partial wildcards are not supported`, 'server_names')
    }
    return name.toLowerCase()
  })
}

/** envoy.config.core.v3.CidrRange. */
function readCidrRange(node: ConfigNode): CidrRange {
  const address = node.requiredString('address_prefix')
  const version = isIP(address)
  if (version === 0) throw node.error('bad-config', `"${address}" is no IP address`, 'address_prefix')
  const length = node.count('prefix_len', 0)
  if (length > (version === 4 ? 32 : 128)) throw node.error('bad-config', `${length} is too long`, 'prefix_len')
  return { address, length }
}
