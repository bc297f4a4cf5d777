import { parseClientHello } from '../../src/tls/client-hello.ts'

const HELLO = Buffer.from(
  '16030100d5010000d10303000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20' +
    'e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000813021303130100ff0100' +
    '00800000000d000b000008612e7465737478000b000403000102000a00160014001d0017001e001900180100' +
    '01010102010301040010000e000c02683208687474702f312e31',
  'hex',
)

export const seeds: Buffer[] = [
  HELLO,
  HELLO.subarray(0, 60),
  Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  Buffer.from('1603010005010000010000', 'hex'),
]

/** Bytes that are not enough stay not enough until they are: the answer does not depend on how they come in. */
export function fuzz(bytes: Uint8Array): void {
  const all = Buffer.from(bytes)
  const whole = JSON.stringify(parseClientHello(all))
  for (let length = 0; length < all.length; length += 1) {
    const part = JSON.stringify(parseClientHello(all.subarray(0, length)))
    if (part === '"incomplete"') continue
    if (part !== whole) throw new Error(`${length} bytes: ${part}, all ${all.length}: ${whole}`)
    return
  }
}
