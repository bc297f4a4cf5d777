/**
 * The two requests of the discovery services, without generated code: descriptors of these few messages draw in those of
 * all of Envoy's core types, and both ends want plain values anyway.
 *
 * Fields: DiscoveryRequest version_info 1, node 2, resource_names 3, type_url 4, response_nonce 5, error_detail 6;
 * DeltaDiscoveryRequest node 1, type_url 2, resource_names_subscribe 3, resource_names_unsubscribe 4,
 * initial_resource_versions 5, response_nonce 6, error_detail 7; google.rpc.Status code 1, message 2.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { ownType } from '../types.ts'

export interface SotwRequest {
  readonly typeUrl: string
  /** Encoded; in the first request of a stream alone. */
  readonly node: Uint8Array | undefined
  readonly version: string
  readonly nonce: string
  readonly names: readonly string[]
  /** Present in a refusal. */
  readonly error: string | undefined
}

export interface DeltaRequest {
  readonly typeUrl: string
  readonly node: Uint8Array | undefined
  readonly nonce: string
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  readonly initialVersions: ReadonlyMap<string, string>
  readonly error: string | undefined
}

/** google.rpc.Code.INVALID_ARGUMENT */
const INVALID_ARGUMENT = 3

export function encodeSotwRequest(request: SotwRequest): Uint8Array {
  const writer = new BinaryWriter()
  writeText(writer, 1, request.version)
  if (request.node !== undefined) writer.tag(2, WireType.LengthDelimited).bytes(request.node)
  for (const name of request.names) writer.tag(3, WireType.LengthDelimited).string(name)
  writeText(writer, 4, request.typeUrl)
  writeText(writer, 5, request.nonce)
  writeError(writer, 6, request.error)
  return writer.finish()
}

export function encodeDeltaRequest(request: DeltaRequest): Uint8Array {
  const writer = new BinaryWriter()
  if (request.node !== undefined) writer.tag(1, WireType.LengthDelimited).bytes(request.node)
  writeText(writer, 2, request.typeUrl)
  for (const name of request.subscribe) writer.tag(3, WireType.LengthDelimited).string(name)
  for (const name of request.unsubscribe) writer.tag(4, WireType.LengthDelimited).string(name)
  for (const [name, version] of request.initialVersions) {
    writer.tag(5, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).string(version).join()
  }
  writeText(writer, 6, request.nonce)
  writeError(writer, 7, request.error)
  return writer.finish()
}

/** Throws on bytes that are no DiscoveryRequest. */
export function decodeSotwRequest(bytes: Uint8Array): SotwRequest {
  const reader = new BinaryReader(bytes)
  const names: string[] = []
  const request = { ...{ typeUrl: '', version: '', nonce: '', names }, ...NEITHER }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) request.version = reader.string()
    else if (field === 2) request.node = reader.bytes()
    else if (field === 3) names.push(reader.string())
    else if (field === 4) request.typeUrl = ownType(reader.string())
    else if (field === 5) request.nonce = reader.string()
    else if (field === 6) request.error = readError(reader.bytes())
    else reader.skip(wire, field)
  }
  return request
}

/** Throws on bytes that are no DeltaDiscoveryRequest. */
export function decodeDeltaRequest(bytes: Uint8Array): DeltaRequest {
  const reader = new BinaryReader(bytes)
  const lists = { subscribe: [] as string[], unsubscribe: [] as string[], initialVersions: new Map<string, string>() }
  const request = { ...{ typeUrl: '', nonce: '' }, ...lists, ...NEITHER }
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) request.node = reader.bytes()
    else if (field === 2) request.typeUrl = ownType(reader.string())
    else if (field === 3) lists.subscribe.push(reader.string())
    else if (field === 4) lists.unsubscribe.push(reader.string())
    else if (field === 5) lists.initialVersions.set(...readPair(reader.bytes()))
    else if (field === 6) request.nonce = reader.string()
    else if (field === 7) request.error = readError(reader.bytes())
    else reader.skip(wire, field)
  }
  return request
}

const NEITHER = { node: undefined as Uint8Array | undefined, error: undefined as string | undefined }

function readPair(bytes: Uint8Array): [string, string] {
  const reader = new BinaryReader(bytes)
  const pair: [string, string] = ['', '']
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1 || field === 2) pair[field - 1] = reader.string()
    else reader.skip(wire, field)
  }
  return pair
}

function readError(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes)
  let message = ''
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 2) message = reader.string()
    else reader.skip(wire, field)
  }
  return message === '' ? 'refused without a reason' : message
}

function writeError(writer: BinaryWriter, field: number, message: string | undefined): void {
  if (message === undefined) return
  writer.tag(field, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int32(INVALID_ARGUMENT)
  writeText(writer, 2, message)
  writer.join()
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  if (text !== '') writer.tag(field, WireType.LengthDelimited).string(text)
}
