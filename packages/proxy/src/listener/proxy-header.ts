import { isIPv4, isIPv6 } from 'node:net'
import type { Address } from '../config/model.ts'
import { ipBytes, ipText } from './ip-bytes.ts'
import { NEED_MORE } from './listener-filter.ts'
import type { ProxyTlv } from './proxy-tlv.ts'

/**
 * The header of the PROXY protocol, versions 1 and 2
 * (https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt).
 */
export interface ProxyHeader {
  readonly version: 1 | 2
  /** Bytes that it takes. */
  readonly length: number
  /** null = the connection is the proxy's own (LOCAL, UNKNOWN): its addresses hold. */
  readonly addresses: { readonly source: Address; readonly destination: Address } | null
  /** Of version 2, in their order. */
  readonly tlvs: readonly ProxyTlv[]
}

/** The bytes are no header, nor the beginning of one. */
export const ABSENT = -2
/** They began like a header, but are none. */
export const BROKEN = -3

export const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V1_SIGNATURE = Buffer.from('PROXY ', 'latin1')
/** Longest header of version 1 with its line end. */
const V1_MAX_BYTES = 107
/** Before the addresses of version 2. */
const V2_FIXED_BYTES = 16

/**
 * Reads the header that `bytes` begin with. Strict: what the specification does not allow is `BROKEN`.
 * @returns the header, `NEED_MORE`, `ABSENT` or `BROKEN`
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | number {
  if (beginsWith(bytes, V2_SIGNATURE)) return bytes.length < V2_SIGNATURE.length ? NEED_MORE : readV2(bytes)
  if (beginsWith(bytes, V1_SIGNATURE)) return bytes.length < V1_SIGNATURE.length ? NEED_MORE : readV1(bytes)
  return ABSENT
}

/** `bytes` begin with the signature, or the signature with `bytes`. */
function beginsWith(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)
  return bytes.compare(signature, 0, length, 0, length) === 0
}

function readV1(bytes: Buffer): ProxyHeader | number {
  const end = bytes.subarray(0, V1_MAX_BYTES).indexOf('\r\n')
  if (end === -1) return bytes.length >= V1_MAX_BYTES ? BROKEN : NEED_MORE
  const length = end + 2
  const fields = bytes.toString('latin1', V1_SIGNATURE.length, end).split(' ')
  const [family, source = '', destination = '', sourcePort = '', destinationPort = ''] = fields
  if (family === 'UNKNOWN') return { version: 1, length, addresses: null, tlvs: [] }
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false
  if (fields.length !== 5 || !isAddress(source) || !isAddress(destination)) return BROKEN
  const ports = [readPort(sourcePort), readPort(destinationPort)]
  const [from, to] = ports
  if (from === undefined || to === undefined) return BROKEN
  const addresses = {
    source: { host: canonical(source), port: from },
    destination: { host: canonical(destination), port: to },
  }
  return { version: 1, length, addresses, tlvs: [] }
}

function canonical(host: string): string {
  const bytes = ipBytes(host) as Buffer
  return ipText(bytes, 0, bytes.length as 4 | 16)
}

/** Decimal, without leading zeros. */
function readPort(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,4})$/.test(text)) return undefined
  const port = Number(text)
  return port > 65_535 ? undefined : port
}

const COMMAND_LOCAL = 0
const COMMAND_PROXY = 1
/** Bytes of one address by family and transport: TCP and UDP over IPv4 and IPv6, which Envoy does not tell apart. */
const ADDRESS_BYTES: Readonly<Record<number, 4 | 16>> = { 17: 4, 18: 4, 33: 16, 34: 16 }

function readV2(bytes: Buffer): ProxyHeader | number {
  if (bytes.length < V2_FIXED_BYTES) return NEED_MORE
  const version = (bytes[12] as number) >> 4
  const command = (bytes[12] as number) & 0x0f
  const family = bytes[13] as number
  const rest = bytes.readUInt16BE(14)
  if (version !== 2 || command > COMMAND_PROXY) return BROKEN
  const local = command === COMMAND_LOCAL
  const size = ADDRESS_BYTES[family]
  // Other families may be refused (section 2.2), unless the connection is about nobody.
  if (!local && (size === undefined || rest < 2 * size + 4)) return BROKEN
  const length = V2_FIXED_BYTES + rest
  if (bytes.length < length) return NEED_MORE
  if (local || size === undefined) return { version: 2, length, addresses: null, tlvs: [] }
  const tlvs = readTlvs(bytes, V2_FIXED_BYTES + 2 * size + 4, length)
  if (tlvs === undefined) return BROKEN
  return { version: 2, length, addresses: readV2Addresses(bytes, size), tlvs }
}

function readV2Addresses(bytes: Buffer, size: 4 | 16): ProxyHeader['addresses'] {
  const ports = V2_FIXED_BYTES + 2 * size
  return {
    source: { host: ipText(bytes, V2_FIXED_BYTES, size), port: bytes.readUInt16BE(ports) },
    destination: { host: ipText(bytes, V2_FIXED_BYTES + size, size), port: bytes.readUInt16BE(ports + 2) },
  }
}

/** undefined if they do not fill the space exactly. */
function readTlvs(bytes: Buffer, start: number, end: number): readonly ProxyTlv[] | undefined {
  const tlvs: ProxyTlv[] = []
  let at = start
  while (at < end) {
    if (end - at < 3) return undefined
    const valueAt = at + 3
    const next = valueAt + bytes.readUInt16BE(at + 1)
    if (next > end) return undefined
    tlvs.push({ type: bytes[at] as number, value: Buffer.from(bytes.subarray(valueAt, next)) })
    at = next
  }
  return tlvs
}
