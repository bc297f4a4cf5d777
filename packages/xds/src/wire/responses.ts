/**
 * The two responses of the discovery services. Bodies are encoded once, elsewhere: a response is put together around them,
 * and taken apart into views of the received bytes.
 *
 * Fields: DiscoveryResponse version_info 1, resources 2 (Any), type_url 4, nonce 5, control_plane 6;
 * DeltaDiscoveryResponse system_version_info 1, resources 2 (Resource: version 1, resource 2, name 3), type_url 4, nonce 5,
 * removed_resources 6, control_plane 7; Any type_url 1, value 2; ControlPlane identifier 1.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** A resource on the wire. */
export interface WireResource {
  readonly name: string
  readonly version: string
  readonly body: Uint8Array
}

export interface WireResponse {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  readonly resources: readonly WireResource[]
  /** Delta alone. */
  readonly removals: readonly string[]
}

const WRAPPER_TYPE = 'type.googleapis.com/envoy.service.discovery.v3.Resource'

/** @param identifier the control plane's name for itself */
export function encodeSotwResponse(response: WireResponse, identifier: string): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).string(response.version)
  for (const { body } of response.resources) writeAny(writer.tag(2, WireType.LengthDelimited), response.typeUrl, body)
  writer.tag(4, WireType.LengthDelimited).string(response.typeUrl)
  writer.tag(5, WireType.LengthDelimited).string(response.nonce)
  writeControlPlane(writer.tag(6, WireType.LengthDelimited), identifier)
  return writer.finish()
}

export function encodeDeltaResponse(response: WireResponse, identifier: string): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).string(response.version)
  for (const { name, version, body } of response.resources) {
    writer.tag(2, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(version)
    writeAny(writer.tag(2, WireType.LengthDelimited), response.typeUrl, body)
    writer.tag(3, WireType.LengthDelimited).string(name).join()
  }
  writer.tag(4, WireType.LengthDelimited).string(response.typeUrl)
  writer.tag(5, WireType.LengthDelimited).string(response.nonce)
  for (const name of response.removals) writer.tag(6, WireType.LengthDelimited).string(name)
  writeControlPlane(writer.tag(7, WireType.LengthDelimited), identifier)
  return writer.finish()
}

/**
 * Names are read from field 1 of the bodies, where all resource types of Envoy have them. Throws on bytes that are no
 * DiscoveryResponse.
 */
export function decodeSotwResponse(bytes: Uint8Array): WireResponse {
  const reader = new BinaryReader(bytes)
  const anys: Uint8Array[] = []
  const head = { version: '', typeUrl: '', nonce: '' }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) head.version = reader.string()
    else if (field === 2) anys.push(reader.bytes())
    else if (field === 4) head.typeUrl = reader.string()
    else if (field === 5) head.nonce = reader.string()
    else reader.skip(wire, field)
  }
  const resources = anys.map((any) => {
    const { typeUrl, body } = readAny(any)
    if (typeUrl === WRAPPER_TYPE) return { ...readResource(body), version: head.version }
    return { name: readName(body), version: head.version, body }
  })
  return { ...head, resources, removals: [] }
}

/** Throws on bytes that are no DeltaDiscoveryResponse. */
export function decodeDeltaResponse(bytes: Uint8Array): WireResponse {
  const reader = new BinaryReader(bytes)
  const resources: WireResource[] = []
  const removals: string[] = []
  const head = { version: '', typeUrl: '', nonce: '' }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) head.version = reader.string()
    else if (field === 2) resources.push(readResource(reader.bytes()))
    else if (field === 4) head.typeUrl = reader.string()
    else if (field === 5) head.nonce = reader.string()
    else if (field === 6) removals.push(reader.string())
    else reader.skip(wire, field)
  }
  return { ...head, resources, removals }
}

function readResource(bytes: Uint8Array): WireResource {
  const reader = new BinaryReader(bytes)
  const resource = { name: '', version: '', body: new Uint8Array(0) as Uint8Array }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) resource.version = reader.string()
    else if (field === 2) resource.body = readAny(reader.bytes()).body
    else if (field === 3) resource.name = reader.string()
    else reader.skip(wire, field)
  }
  return resource
}

function readAny(bytes: Uint8Array): { readonly typeUrl: string; readonly body: Uint8Array } {
  const reader = new BinaryReader(bytes)
  const any = { typeUrl: '', body: new Uint8Array(0) as Uint8Array }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) any.typeUrl = reader.string()
    else if (field === 2) any.body = reader.bytes()
    else reader.skip(wire, field)
  }
  return any
}

function readName(body: Uint8Array): string {
  const reader = new BinaryReader(body)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1 && wire === WireType.LengthDelimited) return reader.string()
    reader.skip(wire, field)
  }
  return ''
}

function writeAny(writer: BinaryWriter, typeUrl: string, body: Uint8Array): void {
  writer.fork().tag(1, WireType.LengthDelimited).string(typeUrl)
  writer.tag(2, WireType.LengthDelimited).bytes(body).join()
}

function writeControlPlane(writer: BinaryWriter, identifier: string): void {
  writer.fork().tag(1, WireType.LengthDelimited).string(identifier).join()
}
