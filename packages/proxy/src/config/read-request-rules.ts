import { isIP } from 'node:net'
import type { ConfigNode } from './config-node.ts'
import type { CidrRange, HttpConnectionManagerConfig } from './model.ts'

type RequestRules = Pick<
  HttpConnectionManagerConfig,
  'normalizePath' | 'mergeSlashes' | 'escapedSlashes' | 'stripHostPort' | 'stripTrailingHostDot' | 'internalNetworks'
>

const ESCAPED_SLASHES = {
  IMPLEMENTATION_SPECIFIC_DEFAULT: 'keep',
  KEEP_UNCHANGED: 'keep',
  REJECT_REQUEST: 'reject',
  UNESCAPE_AND_REDIRECT: 'redirect',
  UNESCAPE_AND_FORWARD: 'forward',
} as const

/** What a connection manager makes of a request's host and path, and whom it trusts. */
export function readRequestRules(node: ConfigNode): RequestRules {
  const any = node.boolean('strip_any_host_port')
  const matching = node.boolean('strip_matching_host_port')
  if (any && matching) throw node.error('bad-config', 'excludes strip_matching_host_port', 'strip_any_host_port')
  return {
    normalizePath: node.boolean('normalize_path'),
    mergeSlashes: node.boolean('merge_slashes'),
    escapedSlashes: node.enumeration('path_with_escaped_slashes_action', ESCAPED_SLASHES),
    stripHostPort: any ? 'any' : matching ? 'matching' : undefined,
    stripTrailingHostDot: node.boolean('strip_trailing_host_dot'),
    internalNetworks: node.child('internal_address_config', readInternal),
  }
}

function readInternal(node: ConfigNode): readonly CidrRange[] {
  // Listeners here have no Unix sockets.
  node.ignore('unix_sockets')
  return node.list('cidr_ranges', (range) => {
    const address = range.requiredString('address_prefix')
    const version = isIP(address)
    if (version === 0) throw range.error('bad-config', 'must be an IP address', 'address_prefix')
    const length = range.count('prefix_len', 0)
    if (length > (version === 4 ? 32 : 128)) throw range.error('bad-config', 'is too long', 'prefix_len')
    return { address, length }
  })
}
