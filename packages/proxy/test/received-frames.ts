import { HpackDecoder, STATIC_TABLE } from '@mizzen/xds/hpack'
import { END_STREAM, Type } from '../../../test/http2-frames.ts'

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]) => ({ name, value })),
  make: (name: string, value: string) => ({ name, value }),
}

/** A frame that came, as a test reads it: `HEADERS 1 :status=200 …END`. */
export interface ReceivedFrame {
  readonly type: number
  readonly stream: number
  readonly flags: number
  readonly payload: Buffer
  /** Of HEADERS frames. */
  readonly fields: ReadonlyMap<string, string>
}

/** Splits what a server has sent into frames. Throws for what is no sequence of whole frames. */
export function receivedFrames(bytes: Buffer): ReceivedFrame[] {
  const decoder = new HpackDecoder(plainFields)
  const frames: ReceivedFrame[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) throw new Error('a frame is cut')
    const payload = bytes.subarray(at + 9, end)
    const type = bytes[at + 3] as number
    const fields = new Map<string, string>()
    if (type === Type.headers) {
      const block = decoder.decode(payload, 0, payload.length, 1000, 1_000_000)
      for (const { name, value } of block.fields.slice(0, block.count)) fields.set(name, value)
    }
    frames.push({ type, stream: bytes.readUInt32BE(at + 5), flags: bytes[at + 4] as number, payload, fields })
    at = end
  }
  return frames
}

/** In short, for comparing: `1 :status=200`, `1 DATA ok END`, `GOAWAY 1`, … Control frames that say nothing new are left out. */
export function summary(bytes: Buffer): string[] {
  return receivedFrames(bytes).flatMap(({ type, stream, flags, payload, fields }) => {
    const end = type <= Type.headers && (flags & END_STREAM) !== 0 ? ' END' : ''
    switch (type) {
      case Type.headers:
        return [`${stream} ${fields.has(':status') ? fields.get(':status') : [...fields].join(' ')}${end}`]
      case Type.data:
        return [`${stream} DATA ${payload.toString('latin1')}${end}`]
      case Type.reset:
        return [`${stream} RESET ${payload.readUInt32BE(0)}`]
      case Type.goAway:
        return [`GOAWAY ${payload.readUInt32BE(0)} ${payload.readUInt32BE(4)}`]
      case Type.ping:
        return [`PING ${flags} ${payload.toString('latin1')}`]
      default:
        return []
    }
  })
}
