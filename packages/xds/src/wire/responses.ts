/**
 * The two responses of the discovery services. Bodies are encoded once, elsewhere: a response is put together around them,
 * and taken apart into views of the received bytes.
 *
 * Fields: DiscoveryResponse version_info 1, resources 2 (Any), type_url 4, nonce 5, control_plane 6;
 * DeltaDiscoveryResponse system_version_info 1, resources 2 (Resource: version 1, resource 2, name 3, aliases 4), type_url 4, nonce 5,
 * removed_resources 6, control_plane 7; Any type_url 1, value 2; ControlPlane identifier 1.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { type EncodedBody, piecesOf } from '../body.ts'
import { VIRTUAL_HOST_TYPE } from '../types.ts'

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

/** What differs from proxy to proxy in a response; its resources are encoded by `encodeResource`. */
export interface ResponseHead {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  /** Delta alone. */
  readonly removals: readonly string[]
  /** Delta alone: virtual hosts that were asked for and that there are not; none by default. */
  readonly unresolved?: readonly string[]
}

/**
 * One resource as a field of the response around it, in pieces, of which some are those of `body`. A response is its
 * resources, one after the other, and its head.
 */
export function encodeResource(
  mode: 'sotw' | 'delta',
  typeUrl: string,
  { name, version, body }: Omit<WireResource, 'body'> & { readonly body: EncodedBody },
): Uint8Array[] {
  const content = piecesOf(body)
  const type = new BinaryWriter().tag(1, WireType.LengthDelimited).string(typeUrl).finish()
  const any = [type, fieldHead(2, lengthOf(content)), ...content]
  if (mode === 'sotw') return [fieldHead(2, lengthOf(any)), ...any]
  const before = new BinaryWriter().tag(1, WireType.LengthDelimited).string(version).finish()
  const after = encodeNames(typeUrl, name)
  const wrapper = [before, fieldHead(2, lengthOf(any)), ...any, after]
  return [fieldHead(2, lengthOf(wrapper)), ...wrapper]
}

/**
 * Who waits for a virtual host looks for the name that it asked for among the aliases, not at the name.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds, "Virtual host naming".
 */
function encodeNames(typeUrl: string, name: string): Uint8Array {
  const writer = new BinaryWriter().tag(3, WireType.LengthDelimited).string(name)
  if (typeUrl === VIRTUAL_HOST_TYPE) writer.tag(4, WireType.LengthDelimited).string(name)
  return writer.finish()
}

/** Tag and length of a field whose content follows. */
function fieldHead(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish()
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

/** @param identifier the control plane's name for itself */
export function encodeHead(mode: 'sotw' | 'delta', head: ResponseHead, identifier: string): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).string(head.version)
  writer.tag(4, WireType.LengthDelimited).string(head.typeUrl)
  writer.tag(5, WireType.LengthDelimited).string(head.nonce)
  if (mode === 'sotw') {
    writeControlPlane(writer.tag(6, WireType.LengthDelimited), identifier)
    return writer.finish()
  }
  // A resource without content ends the wait of the requests that need it; a removal would not.
  for (const name of head.unresolved ?? [])
    writer.tag(2, WireType.LengthDelimited).bytes(encodeNames(head.typeUrl, name))
  for (const name of head.removals) writer.tag(6, WireType.LengthDelimited).string(name)
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
    if (typeUrl === WRAPPER_TYPE) return { body: NOTHING, ...readResource(body), version: head.version }
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
    else if (field === 2) {
      const resource = readResource(reader.bytes())
      if (resource.body === undefined) removals.push(resource.name)
      else resources.push({ ...resource, body: resource.body })
    } else if (field === 4) head.typeUrl = reader.string()
    else if (field === 5) head.nonce = reader.string()
    else if (field === 6) removals.push(reader.string())
    else reader.skip(wire, field)
  }
  return { ...head, resources, removals }
}

const NOTHING = new Uint8Array(0)

/** Without `body` it says that there is none of this name. */
function readResource(bytes: Uint8Array): Omit<WireResource, 'body'> & { readonly body?: Uint8Array } {
  const reader = new BinaryReader(bytes)
  const resource: { name: string; version: string; body?: Uint8Array } = { name: '', version: '' }
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

function writeControlPlane(writer: BinaryWriter, identifier: string): void {
  writer.fork().tag(1, WireType.LengthDelimited).string(identifier).join()
}
