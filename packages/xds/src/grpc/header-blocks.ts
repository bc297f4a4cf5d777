import { Flag, headerFragment, unpadded } from '../client/http2-frames.ts'
import { HpackDecoder, type HpackField } from '../hpack/index.ts'
import { STATIC_TABLE } from '../hpack/static-table.ts'
import { CODE, SessionError } from './http2-error.ts'

/** Limit of a header block, bytes, packed and unpacked. */
export const MAX_HEADER_BLOCK = 64 * 1024
const MAX_FIELDS = 100
const MAX_CONTINUATIONS = 64

/** A header block that comes in frames. */
interface Block {
  readonly stream: number
  readonly endsStream: boolean
  readonly parts: Buffer[]
  bytes: number
}

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]): HpackField => ({ name, value })),
  make: (name: string, value: string): HpackField => ({ name, value }),
}

/** Puts the header blocks of a connection together and decodes them. All methods throw SessionError. */
export class HeaderBlocks {
  readonly #decoder = new HpackDecoder(plainFields)
  readonly #onHeaders: (stream: number, endsStream: boolean, fields: readonly HpackField[]) => void
  #block: Block | undefined

  constructor(onHeaders: (stream: number, endsStream: boolean, fields: readonly HpackField[]) => void) {
    this.#onHeaders = onHeaders
  }

  /** No frame may come between those of a block. */
  checkWhole(): void {
    if (this.#block !== undefined) throw new SessionError(CODE.protocol, 'a header block was interrupted')
  }

  /** HEADERS. */
  begin(stream: number, flags: number, body: Buffer): void {
    if ((flags & Flag.priority) !== 0) checkDependency(stream, unpadded(flags, body))
    const block = { stream, endsStream: (flags & Flag.endStream) !== 0, parts: [], bytes: 0 }
    this.#add(block, flags, headerFragment(flags, body))
  }

  /** CONTINUATION. */
  continue(stream: number, flags: number, body: Buffer): void {
    if (this.#block?.stream !== stream) throw new SessionError(CODE.protocol, 'a continuation of nothing')
    this.#add(this.#block, flags, body)
  }

  #add(block: Block, flags: number, fragment: Buffer): void {
    block.bytes += fragment.length
    if (block.bytes > MAX_HEADER_BLOCK || block.parts.length > MAX_CONTINUATIONS) {
      throw new SessionError(CODE.calm, 'a header block that is too long')
    }
    const isLast = (flags & Flag.endHeaders) !== 0
    block.parts.push(isLast ? fragment : Buffer.from(fragment))
    this.#block = isLast ? undefined : block
    if (isLast) this.#onHeaders(block.stream, block.endsStream, this.#decode(Buffer.concat(block.parts)))
  }

  #decode(bytes: Buffer): readonly HpackField[] {
    try {
      const { fields, count } = this.#decoder.decode(bytes, 0, bytes.length, MAX_FIELDS, MAX_HEADER_BLOCK)
      return fields.slice(0, count)
    } catch (error) {
      throw new SessionError(CODE.compression, (error as Error).message)
    }
  }
}

/** Priorities say nothing here, but they must be right (RFC 9113 5.3.1, 6.3). */
export function checkDependency(stream: number, body: Buffer): void {
  if (stream === 0 || body.length < 5 || (body.readUInt32BE(0) & 0x7fffffff) === stream) {
    throw new SessionError(CODE.protocol, `a priority of stream ${stream} on itself`)
  }
}
