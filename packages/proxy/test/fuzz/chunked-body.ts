import { BodyDecoder } from '../../src/http/http1/body-decoder.ts'

export const seeds: Buffer[] = [
  '3\r\nabc\r\n0\r\n\r\n',
  '0\r\n\r\n',
  'A;name=value\r\n0123456789\r\n1\r\nx\r\n0\r\nTrailer: x\r\nOther:\r\n\r\nGET /',
  '00000003\r\nabc\r\n000\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'))

/** A body reads the same whole and byte by byte. */
export function fuzz(bytes: Uint8Array): void {
  const whole = read([Buffer.from(bytes)])
  const split = read(Array.from(bytes, (byte) => Buffer.of(byte)))
  if (whole !== split) throw new Error(`not the same: ${whole} and ${split}`)
}

function read(parts: readonly Buffer[]): string {
  const decoder = new BodyDecoder()
  let body = ''
  let taken = 0
  const sink = {
    onBodyBytes: (buffer: Buffer, start: number, end: number) => (body += buffer.toString('hex', start, end)),
  }
  decoder.startChunked(false)
  for (const part of parts) {
    if (decoder.done) break
    const next = decoder.feed(part, 0, part.length, sink)
    if (next === -1) return 'broken'
    taken += next
  }
  return `${decoder.done} ${taken} ${body}`
}
