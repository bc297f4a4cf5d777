import type { BodyTransform } from '../http/body-transform.ts'
import type { HeaderList } from '../http/header-list.ts'
import { GrpcFramePosition } from './grpc-frame-position.ts'

const NOTHING = Buffer.alloc(0)
/** Flag of the frame that holds the trailers. */
const TRAILERS_FLAG = 0x80
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Decodes the body of a text request; parts of it may be encoded, and padded, each by itself. */
export class Base64Request implements BodyTransform {
  readonly #onInvalid: (details: string) => void
  #rest = ''

  /** @param onInvalid the body is no Base64: nothing more of it may pass */
  constructor(onInvalid: (details: string) => void) {
    this.#onInvalid = onInvalid
  }

  update(buffer: Buffer, start: number, end: number): Buffer {
    const text = this.#rest + buffer.toString('latin1', start, end)
    const whole = text.length - (text.length % 4)
    this.#rest = text.slice(whole)
    return this.#decode(text.slice(0, whole))
  }

  finish(): Buffer {
    if (this.#rest !== '') this.#onInvalid('grpc_base_64_decode_failed_bad_size')
    return NOTHING
  }

  #decode(text: string): Buffer {
    const runs = text.match(/[^=]*={1,2}|[^=]+$/g) ?? []
    if (runs.every((run) => BASE64.test(run) && run.length % 4 === 0)) {
      return runs.length === 1
        ? Buffer.from(text, 'base64')
        : Buffer.concat(runs.map((run) => Buffer.from(run, 'base64')))
    }
    this.#onInvalid('grpc_base_64_decode_failed')
    return NOTHING
  }
}

/** Puts the trailers behind the messages, where browsers can read them, and encodes all of it for text clients. */
export class GrpcWebResponse implements BodyTransform {
  readonly #text: boolean
  readonly #position = new GrpcFramePosition()
  /** Bytes that wait for others to make three, which is what Base64 encodes; none between messages. */
  #rest: Buffer = NOTHING

  constructor(text: boolean) {
    this.#text = text
  }

  get text(): boolean {
    return this.#text
  }

  update(buffer: Buffer, start: number, end: number): Buffer {
    if (!this.#text) return Buffer.from(buffer.subarray(start, end))
    const parts: Buffer[] = []
    for (let at = start; at < end; ) {
      // Each message is encoded by itself, as Envoy does it.
      const found = this.#position.nextEnd(buffer, at, end)
      const until = found === -1 ? end : found
      parts.push(this.#encode(buffer.subarray(at, until), found !== -1))
      at = until
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
  }

  finish(trailers: HeaderList): Buffer {
    const frame = trailers.size === 0 ? NOTHING : trailersFrame(trailers)
    trailers.clear()
    return this.#text ? this.#encode(frame, true) : frame
  }

  #encode(bytes: Buffer, padded: boolean): Buffer {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const end = padded ? all.length : all.length - (all.length % 3)
    this.#rest = Buffer.from(all.subarray(end))
    return Buffer.from(all.toString('base64', 0, end), 'latin1')
  }
}

function trailersFrame(trailers: HeaderList): Buffer {
  let text = ''
  for (let index = 0; index < trailers.size; index += 1)
    text += `${trailers.nameAt(index)}:${trailers.valueAt(index)}\r\n`
  const frame = Buffer.allocUnsafe(5 + text.length)
  frame[0] = TRAILERS_FLAG
  frame.writeUInt32BE(text.length, 1)
  frame.write(text, 5, 'latin1')
  return frame
}
