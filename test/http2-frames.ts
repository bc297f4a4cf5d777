/** Frames of HTTP/2 as a test wants them: right or wrong, byte by byte, and written without any code of ours. */

export const Type = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
} as const
export const END_STREAM = 1
export const END_HEADERS = 4

export type Field = readonly [name: string, value: string]

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export function frame(type: number, flags: number, stream: number, payload: Uint8Array | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : Buffer.from(payload)
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, bytes])
}

/** A header block of literals that nobody is to remember, without Huffman coding. */
export function block(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]))
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 0x7f) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const length: number[] = [0x7f]
  let rest = bytes.length - 0x7f
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}

export function headers(stream: number, fields: readonly Field[], flags = END_STREAM): Buffer {
  return frame(Type.headers, END_HEADERS | flags, stream, block(fields))
}

export function data(stream: number, body: string | Uint8Array, flags = END_STREAM): Buffer {
  return frame(Type.data, flags, stream, body)
}

export function number(type: number, stream: number, value: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(value)
  return frame(type, 0, stream, payload)
}

export function settings(values: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6)
  values.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return frame(Type.settings, 0, 0, payload)
}

/** The pseudo fields of a GET, then `more`. */
export function get(host: string, path = '/', ...more: readonly Field[]): readonly Field[] {
  return request('GET', host, path, ...more)
}

export function request(method: string, host: string, path = '/', ...more: readonly Field[]): readonly Field[] {
  return [[':method', method], [':scheme', 'http'], [':authority', host], [':path', path], ...more]
}
