import { MizzenError } from '@mizzen/base'
import { HpackDecoder, STATIC_TABLE } from '@mizzen/xds/hpack'

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]) => ({ name, value })),
  make: (name: string, value: string) => ({ name, value }),
}

/** RFC 7541 C.4.1 to C.4.3 and a change of the table size. */
export const seeds: Buffer[] = [
  Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex'),
  Buffer.from('828684be5886a8eb10649cbf', 'hex'),
  Buffer.from('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', 'hex'),
  Buffer.from('203fe11f82400161016182be', 'hex'),
]

/**
 * Decodes the same block three times: the table stays within its size, and a block that is looked up gives what decoding
 * gave.
 */
export function fuzz(bytes: Uint8Array): void {
  const block = Buffer.from(bytes)
  const decoder = new HpackDecoder(plainFields)
  try {
    for (let time = 0; time < 3; time += 1) {
      const { count, bytes: size } = decoder.decode(block, 0, block.length, 100, 8192)
      if (decoder.tableSize > 4096) throw new Error(`a table of ${decoder.tableSize} bytes`)
      if (count > 100 || size > 8192) throw new Error(`${count} fields of ${size} bytes`)
    }
  } catch (error) {
    if (!(error instanceof MizzenError)) throw error
  }
}
