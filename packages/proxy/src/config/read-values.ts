import { isPipe } from '../http/pipe-address.ts'
import type { ConfigNode } from './config-node.ts'
import type { Address, Fraction, Metadata, StringMatch } from './model.ts'

/** envoy.config.core.v3.Address: an IP address or name and a port, or a Unix domain socket. */
export function readAddress(node: ConfigNode): Address {
  const path = node.child('pipe', (pipe) => pipe.requiredString('path'))
  if (path !== undefined) {
    if (!isPipe({ host: path, port: 0 }))
      throw node.error('bad-config', 'must be absolute, or begin with @', 'pipe.path')
    return { host: path, port: 0 }
  }
  const address = node.child('socket_address', (socket) => {
    socket.enumeration('protocol', { TCP: true })
    socket.ignore('ipv4_compat', 'resolver_name')
    return { host: socket.requiredString('address'), port: socket.count('port_value', 0) }
  })
  if (address === undefined) throw node.error('unsupported-config', 'only socket_address and pipe are supported')
  return address
}

const DENOMINATORS = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const

/** envoy.type.v3.FractionalPercent. */
export function readFraction(node: ConfigNode): Fraction {
  return { numerator: node.count('numerator', 0), denominator: node.enumeration('denominator', DENOMINATORS) }
}

/** envoy.config.core.v3.RuntimeFractionalPercent: there is no runtime here, its default holds. */
export function readRuntimeFraction(node: ConfigNode): Fraction {
  node.ignore('runtime_key')
  return node.child('default_value', readFraction) ?? { numerator: 0, denominator: 100 }
}

/** envoy.type.matcher.v3.RegexMatcher: the regular expression. */
export function readRegex(node: ConfigNode): string {
  node.ignore('google_re2')
  return node.requiredString('regex')
}

/** envoy.type.matcher.v3.StringMatcher. */
export function readStringMatch(node: ConfigNode): StringMatch {
  const ignoreCase = node.boolean('ignore_case')
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'] as const) {
    if (node.has(kind)) return { kind, value: node.string(kind), ignoreCase }
  }
  const regex = node.child('safe_regex', readRegex)
  if (regex === undefined)
    throw node.error('unsupported-config', 'needs one of exact, prefix, suffix, contains, safe_regex')
  return { kind: 'regex', value: regex, ignoreCase: false }
}

/** envoy.config.core.v3.Metadata: `filter_metadata`; the typed form is not used by anything here. */
export function readMetadata(node: ConfigNode): Metadata {
  node.ignore('typed_filter_metadata')
  return (node.raw('filter_metadata') ?? {}) as Metadata
}

/** An xDS source: everything comes by ADS here. Returns the wait for a first answer, ms; 0 = for ever. */
export function readConfigSource(node: ConfigNode): number {
  node.enumeration('resource_api_version', { AUTO: true, V3: true })
  if (!node.has('ads')) throw node.error('unsupported-config', 'only ads is supported')
  node.child('ads', (ads) => ads.ignoreAll())
  return node.duration('initial_fetch_timeout') ?? 15_000
}
