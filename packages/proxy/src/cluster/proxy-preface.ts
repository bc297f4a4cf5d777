import type { ProxyProtocolConfig } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import { ipBytes } from '../listener/ip-bytes.ts'
import { V2_SIGNATURE } from '../listener/proxy-header.ts'
import type { ProxyTlv } from '../listener/proxy-tlv.ts'

/** Longest that the TLVs of one header may be in all, bytes: what comes after the addresses has 16 bits for its length. */
const MAX_TLV_BYTES = 65_535 - 36

/**
 * What an upstream is told about the client before anything else (PROXY protocol, section 2).
 * @param client null = the connection is about nobody's
 */
export function proxyPreface(config: ProxyProtocolConfig, client: ConnectionInfo | null): Buffer {
  return config.version === 1 ? version1(client) : version2(config, client)
}

function version1(client: ConnectionInfo | null): Buffer {
  const ends = client === null ? undefined : addressesOf(client)
  if (client === null || ends === undefined) return Buffer.from('PROXY UNKNOWN\r\n', 'latin1')
  const family = ends.source.length === 4 ? 'TCP4' : 'TCP6'
  const { remoteHost, localHost, remotePort, localPort } = client
  return Buffer.from(`PROXY ${family} ${remoteHost} ${localHost} ${remotePort} ${localPort}\r\n`, 'latin1')
}

/** Version and command, family and transport. */
const LOCAL = [0x20, 0x00] as const
const PROXY_TCP4 = [0x21, 0x11] as const
const PROXY_TCP6 = [0x21, 0x21] as const

function version2(config: ProxyProtocolConfig, client: ConnectionInfo | null): Buffer {
  const ends = client === null ? undefined : addressesOf(client)
  if (client === null || ends === undefined) return Buffer.from([...V2_SIGNATURE, ...LOCAL, 0, 0])
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(client.remotePort, 0)
  ports.writeUInt16BE(client.localPort, 2)
  const tlvs = tlvBytes([...added(config), ...passedOn(config, client.proxyTlvs)])
  const rest = Buffer.concat([ends.source, ends.destination, ports, tlvs])
  const [command, family] = ends.source.length === 4 ? PROXY_TCP4 : PROXY_TCP6
  return Buffer.concat([V2_SIGNATURE, Buffer.from([command, family, rest.length >> 8, rest.length & 0xff]), rest])
}

function added({ addedTlvs }: ProxyProtocolConfig): readonly ProxyTlv[] {
  return addedTlvs.map(({ type, value }) => ({ type, value: Buffer.from(value, 'base64') }))
}

/** Types that are added replace those that came. */
function passedOn({ passThrough, addedTlvs }: ProxyProtocolConfig, tlvs: readonly ProxyTlv[]): readonly ProxyTlv[] {
  return tlvs.filter(({ type }) => {
    if (addedTlvs.some((added) => added.type === type)) return false
    return passThrough === 'all' || passThrough.includes(type)
  })
}

/** Those that do not fit any more are left out. */
function tlvBytes(tlvs: readonly ProxyTlv[]): Buffer {
  const parts: Buffer[] = []
  let length = 0
  for (const { type, value } of tlvs) {
    if (length + 3 + value.length > MAX_TLV_BYTES) continue
    length += 3 + value.length
    parts.push(Buffer.from([type, value.length >> 8, value.length & 0xff]), value)
  }
  return Buffer.concat(parts)
}

/** undefined if the two are not of one family, which the protocol cannot say. */
function addressesOf(client: ConnectionInfo): { readonly source: Buffer; readonly destination: Buffer } | undefined {
  const source = ipBytes(client.remoteHost)
  const destination = ipBytes(client.localHost)
  if (source === undefined || destination === undefined || source.length !== destination.length) return undefined
  return { source, destination }
}
