/** Types of frames (RFC 9113 6) and what may be said of one before its content is looked at. */
export const Frame = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const Flag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const
export const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
  /** RFC 8441. */
  enableConnectProtocol: 8,
} as const

export const HEAD_BYTES = 9
/** Largest flow-control window (RFC 9113 6.9.1). */
export const MAX_WINDOW = 0x7fffffff
const PRIORITY_BYTES = 5
const SETTING_BYTES = 6

const OF_THE_STREAM: ReadonlySet<number> = new Set([Frame.data, Frame.headers, Frame.rstStream, Frame.continuation])
const OF_THE_CONNECTION: ReadonlySet<number> = new Set([Frame.settings, Frame.ping, Frame.goAway])
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [Frame.rstStream, 4],
  [Frame.ping, 8],
  [Frame.windowUpdate, 4],
])

export function encodeFrame(type: number, flags: number, stream: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  frame.writeUIntBE(body.length, 0, 3)
  frame[3] = type
  frame[4] = flags
  frame.writeUInt32BE(stream, 5)
  frame.set(body, HEAD_BYTES)
  return frame
}

/** Throws an Error for a frame of a wrong length, or where it does not belong: `only` is the one stream there is. */
export function checkFrame(type: number, stream: number, only: number, length: number): void {
  const belongs = OF_THE_STREAM.has(type) ? stream === only : !OF_THE_CONNECTION.has(type) || stream === 0
  if (!belongs) throw new Error(`HTTP/2: a frame of type ${type} on stream ${stream}`)
  const fits = type === Frame.settings ? length % SETTING_BYTES === 0 : length === (LENGTHS.get(type) ?? length)
  if (!fits) throw new Error(`HTTP/2: a frame of type ${type} with ${length} bytes`)
}

export function encodeSettings(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const body = Buffer.alloc(settings.length * SETTING_BYTES)
  settings.forEach(([id, value], index) => {
    body.writeUInt16BE(id, index * SETTING_BYTES)
    body.writeUInt32BE(value, index * SETTING_BYTES + 2)
  })
  return body
}

export function decodeSettings(body: Buffer): [id: number, value: number][] {
  const settings: [number, number][] = []
  for (let at = 0; at < body.length; at += SETTING_BYTES)
    settings.push([body.readUInt16BE(at), body.readUInt32BE(at + 2)])
  return settings
}

/** The content of a DATA or HEADERS frame. Throws an Error if there is more padding than frame. */
export function unpadded(flags: number, body: Buffer): Buffer {
  if ((flags & Flag.padded) === 0) return body
  const padding = body[0]
  if (padding === undefined || padding >= body.length) throw new Error('HTTP/2: more padding than frame')
  return body.subarray(1, body.length - padding)
}

/** The part of a HEADERS frame that is header block: without padding and priority. Throws an Error if it ends before that. */
export function headerFragment(flags: number, body: Buffer): Buffer {
  const rest = unpadded(flags, body)
  if ((flags & Flag.priority) === 0) return rest
  if (rest.length < PRIORITY_BYTES) throw new Error('HTTP/2: a HEADERS frame that ends too early')
  return rest.subarray(PRIORITY_BYTES)
}
