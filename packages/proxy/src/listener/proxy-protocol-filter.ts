import type { Address } from '../config/model.ts'
import type { ConnectionInfo } from './connection-info.ts'
import { parseIpAddress } from './ip-address.ts'
import { type ListenerFilter, NEED_MORE, REFUSE } from './listener-filter.ts'
import { BROKEN, type ProxyHeader, readProxyHeader, V2_SIGNATURE } from './proxy-header.ts'

/** Longest header: version 2 says its own length in 16 bits. */
const MAX_BYTES = 16 + 65_535

export interface ProxyProtocolOptions {
  /** A connection that does not begin with a header is taken as it is. */
  readonly allowWithout: boolean
  /** Versions that are treated as if the header were not there. */
  readonly disallowed: readonly (1 | 2)[]
  /** Types of the TLVs that an upstream's PROXY protocol may pass on; `all`. */
  readonly passThrough: 'all' | readonly number[]
}

/** Envoy's counters of the filter (`proxy_proto.…`). */
export class ProxyProtocolStats {
  notFoundAllowed = 0
  notFoundDisallowed = 0
  /** `proxy_proto.versions.v1.…` and `…v2.…`. */
  readonly versions = { v1: new VersionStats(), v2: new VersionStats() }

  of(version: 1 | 2): VersionStats {
    return version === 1 ? this.versions.v1 : this.versions.v2
  }
}

class VersionStats {
  found = 0
  disallowed = 0
  error = 0
}

/** Envoy's `proxy_protocol` listener filter: who the client is, as the proxy before this one says. */
export class ProxyProtocolFilter implements ListenerFilter {
  readonly maxBytes = MAX_BYTES
  readonly stats: ProxyProtocolStats
  readonly #options: ProxyProtocolOptions

  constructor(options: ProxyProtocolOptions, stats: ProxyProtocolStats) {
    this.#options = options
    this.stats = stats
  }

  inspect(connection: ConnectionInfo, bytes: Buffer): number {
    const header = readProxyHeader(bytes)
    if (header === NEED_MORE) return NEED_MORE
    if (header === BROKEN) {
      this.stats.of(bytes[0] === V2_SIGNATURE[0] ? 2 : 1).error += 1
      return REFUSE
    }
    if (typeof header === 'number') return this.#without()
    const stats = this.stats.of(header.version)
    if (this.#options.disallowed.includes(header.version)) {
      stats.disallowed += 1
      return REFUSE
    }
    if (header.addresses !== null && !apply(connection, header.addresses)) {
      stats.error += 1
      return REFUSE
    }
    stats.found += 1
    connection.proxyTlvs = this.#passedOn(header)
    return header.length
  }

  #without(): number {
    if (this.#options.allowWithout) {
      this.stats.notFoundAllowed += 1
      return 0
    }
    this.stats.notFoundDisallowed += 1
    return REFUSE
  }

  #passedOn({ tlvs }: ProxyHeader): ProxyHeader['tlvs'] {
    const wanted = this.#options.passThrough
    return wanted === 'all' ? tlvs : tlvs.filter(({ type }) => wanted.includes(type))
  }
}

/** False if no connection can have these addresses. */
function apply(connection: ConnectionInfo, { source, destination }: NonNullable<ProxyHeader['addresses']>): boolean {
  if (!isUnicast(source) || !isUnicast(destination)) return false
  connection.remoteHost = source.host
  connection.remotePort = source.port
  if (connection.localHost !== destination.host || connection.localPort !== destination.port) {
    connection.localHost = destination.host
    connection.localPort = destination.port
    connection.localRestored = true
  }
  return true
}

/** Neither unspecified nor broadcast nor multicast. */
function isUnicast({ host }: Address): boolean {
  const address = parseIpAddress(host)
  if (address === undefined || address.value === 0n) return false
  if (address.bits === 128) return address.value >> 120n !== 0xffn
  return address.value >> 28n !== 0xen && address.value !== 0xffffffffn
}
