import { NEED_MORE } from '../../src/listener/listener-filter.ts'
import { ABSENT, BROKEN, readProxyHeader } from '../../src/listener/proxy-header.ts'

const V2 = '\r\n\r\n\0\r\nQUIT\n'

export const seeds: Buffer[] = [
  'PROXY TCP4 10.0.0.1 10.0.0.2 1000 2000\r\nhello',
  'PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 0 65535\r\n',
  'PROXY UNKNOWN whatever\r\n',
  `${V2}\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\x03\xe8\x07\xd0hello`,
  `${V2}\x21\x11\x00\x12\x0a\x00\x00\x01\x0a\x00\x00\x02\x03\xe8\x07\xd0\xe2\x00\x03abc`,
  `${V2}\x21\x21\x00\x24${'\x20'.repeat(36)}`,
  `${V2}\x20\x00\x00\x00`,
].map((text) => Buffer.from(text, 'latin1'))

/** What a prefix says holds for the whole, and the header takes no more than there is. */
export function fuzz(bytes: Uint8Array): void {
  const all = Buffer.from(bytes)
  const whole = readProxyHeader(all)
  if (typeof whole === 'object' && (whole.length > all.length || whole.length < 8)) throw new Error('a wrong length')
  for (let length = 1; length < all.length; length += 1) {
    const part = readProxyHeader(all.subarray(0, length))
    if (part === NEED_MORE) continue
    if (JSON.stringify(part) !== JSON.stringify(whole)) throw new Error(`after ${length} bytes it is something else`)
    return
  }
  if (typeof whole === 'number' && ![NEED_MORE, ABSENT, BROKEN].includes(whole)) throw new Error(`what is ${whole}?`)
}
