/** HTTP/2 frames (RFC 9113, section 4) as the bench's own client, upstream and attackers write and read them. */

export const FrameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const FrameFlag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const

/** What a client sends first (RFC 9113, section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

const FRAME_HEAD = 9

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = NOTHING): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + payload.length)
  bytes.writeUIntBE(payload.length, 0, 3)
  bytes[3] = type
  bytes[4] = flags
  bytes.writeUInt32BE(stream, 5)
  bytes.set(payload, FRAME_HEAD)
  return bytes
}

const NOTHING = new Uint8Array(0)

/** @param values identifier and value of each setting */
export function settings(...values: readonly (readonly [identifier: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6)
  values.forEach(([identifier, value], index) => {
    payload.writeUInt16BE(identifier, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return frame(FrameType.settings, 0, 0, payload)
}

export const Setting = { headerTableSize: 1, enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4 } as const

export function windowUpdate(stream: number, increment: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(increment)
  return frame(FrameType.windowUpdate, 0, stream, payload)
}

/** A header block of literals that are not indexed (RFC 7541, section 6.2.2): it needs no table on either side. */
export function headerBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** Lengths below 127 only: they fit the prefix. */
function text(value: string): Buffer {
  if (value.length > 126) throw new RangeError(`${value.length} characters: at most 126`)
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')])
}

/**
 * Cuts a byte stream into frames, and calls `onFrame` for each with the bytes that hold it; its payload is between `start`
 * and `end` and is valid during the call only.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  readonly #onFrame: FrameHandler

  constructor(onFrame: FrameHandler) {
    this.#onFrame = onFrame
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= FRAME_HEAD) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3)
      if (end > bytes.length) break
      const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff
      this.#onFrame(bytes[at + 3] as number, bytes[at + 4] as number, stream, bytes, at + FRAME_HEAD, end)
      at = end
    }
    this.#rest = bytes.subarray(at)
  }
}

export type FrameHandler = (
  type: number,
  flags: number,
  stream: number,
  bytes: Buffer,
  start: number,
  end: number,
) => void
