import { joinedBytes } from './body.ts'
import { withShortOnesJoined } from './grpc/pieces.ts'
import type { Mode } from './order/holdings.ts'
import type { XdsResource } from './source.ts'
import { encodeResource } from './wire/responses.ts'

/** Resources that are encoded together: long enough that a response has few pieces, short enough that a change costs little. */
const BLOCK = 64

interface Block {
  readonly resources: readonly XdsResource[]
  readonly pieces: readonly Uint8Array[]
}

/**
 * Resources as they go on the wire. Responses to proxies of one scope list the same resources in the same order, but for a
 * few of their own: lists are cut into blocks, and each block is encoded once and sent as the same bytes to all, so that
 * hundreds of slow proxies cost no memory for it. A block is kept as long as its first resource lives.
 */
export class SharedPayloads {
  readonly #mode: Mode
  readonly #blocks = new WeakMap<XdsResource, Block>()

  constructor(mode: Mode) {
    this.#mode = mode
  }

  encode(resources: readonly XdsResource[]): Uint8Array[] {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < resources.length; at += BLOCK) pieces.push(...this.#block(resources.slice(at, at + BLOCK)))
    return pieces
  }

  #block(resources: readonly XdsResource[]): readonly Uint8Array[] {
    const first = resources[0] as XdsResource
    const known = this.#blocks.get(first)
    if (known !== undefined && sameList(known.resources, resources)) return known.pieces
    const encoded = resources.flatMap((resource) => encodeResource(this.#mode, resource.typeUrl, resource))
    const pieces = withShortOnesJoined(encoded, joinedBytes)
    this.#blocks.set(first, { resources, pieces })
    return pieces
  }
}

function sameList(left: readonly XdsResource[], right: readonly XdsResource[]): boolean {
  return left.length === right.length && left.every((resource, index) => resource === right[index])
}
