import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { ProxyNode } from '../source.ts'
import { decodeStruct, encodeStruct } from './struct.ts'

/** Who the proxy says it is (envoy.config.core.v3.Node). */
export interface NodeInfo {
  readonly id: string
  readonly cluster: string
  /** JSON form of the metadata struct. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  readonly userAgentName: string
  readonly userAgentVersion?: string
}

/** Node: id 1, cluster 2, metadata 3, locality 4, user_agent_name 6, user_agent_version 7. */
export function encodeNode(node: NodeInfo): Uint8Array {
  const writer = new BinaryWriter()
  writeText(writer, 1, node.id)
  writeText(writer, 2, node.cluster)
  writer.tag(3, WireType.LengthDelimited).bytes(encodeStruct(node.metadata))
  const { region = '', zone = '', subZone = '' } = node.locality ?? {}
  const locality = new BinaryWriter()
  for (const [index, text] of [region, zone, subZone].entries()) writeText(locality, index + 1, text)
  if (region !== '' || zone !== '' || subZone !== '') {
    writer.tag(4, WireType.LengthDelimited).bytes(locality.finish())
  }
  writeText(writer, 6, node.userAgentName)
  writeText(writer, 7, node.userAgentVersion ?? '')
  return writer.finish()
}

/** Throws on bytes that are no Node. */
export function decodeNode(bytes: Uint8Array): ProxyNode {
  const reader = new BinaryReader(bytes)
  const node = {
    ...{ id: '', cluster: '', metadata: {} as ProxyNode['metadata'], userAgentName: '' },
    locality: { region: '', zone: '', subZone: '' },
  }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) node.id = reader.string()
    else if (field === 2) node.cluster = reader.string()
    else if (field === 3) node.metadata = decodeStruct(reader.bytes())
    else if (field === 4) node.locality = decodeLocality(reader.bytes())
    else if (field === 6) node.userAgentName = reader.string()
    else reader.skip(wire, field)
  }
  return node
}

function decodeLocality(bytes: Uint8Array): ProxyNode['locality'] {
  const reader = new BinaryReader(bytes)
  const texts = ['', '', '']
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field >= 1 && field <= 3) texts[field - 1] = reader.string()
    else reader.skip(wire, field)
  }
  const [region = '', zone = '', subZone = ''] = texts
  return { region, zone, subZone }
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  if (text !== '') writer.tag(field, WireType.LengthDelimited).string(text)
}
