import { piecesOf, type XdsResource } from '@mizzen/xds'
import { joined } from './protobuf-bytes.ts'
import type { EncodedVirtualHost } from './virtual-host.ts'

/**
 * Virtual hosts that go on the wire as one piece (about 30 KB): a route configuration of thousands has few pieces, and one
 * host that changes copies few others.
 */
const BLOCK = 64

const hostsOf = new WeakMap<Uint8Array, readonly EncodedVirtualHost[]>()

/**
 * The bytes of virtual hosts, one after the other, in pieces.
 * @param before made earlier of mostly the same hosts: its pieces are used again
 */
export function hostBlocks(hosts: readonly EncodedVirtualHost[], before?: XdsResource): Uint8Array[] {
  const known = new Map(piecesOf(before?.body ?? []).map((piece) => [hostsOf.get(piece)?.[0], piece]))
  const blocks: Uint8Array[] = []
  for (let at = 0; at < hosts.length; at += BLOCK) {
    const block = hosts.slice(at, at + BLOCK)
    const same = known.get(block[0])
    blocks.push(same !== undefined && isMadeOf(same, block) ? same : made(block))
  }
  return blocks
}

function isMadeOf(piece: Uint8Array, hosts: readonly EncodedVirtualHost[]): boolean {
  const own = hostsOf.get(piece)
  return own?.length === hosts.length && own.every((host, index) => host === hosts[index])
}

function made(hosts: readonly EncodedVirtualHost[]): Uint8Array {
  const piece = joined(hosts.map(({ bytes }) => bytes))
  hostsOf.set(piece, hosts)
  return piece
}
