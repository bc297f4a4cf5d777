/**
 * HPACK's Huffman code (RFC 7541, appendix B). The code is canonical, so the lengths of its 256 codes say it all: one
 * base-36 digit for each octet.
 */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f565656665776665676' +
  '55677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmnlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkokl' +
  'mllnmmppooqnqrqqrrrrrsrrrrrq'

const LONGEST = 30

/** Of the codes of one length: the first code, and the octets in order of their codes. */
interface Level {
  readonly first: number
  readonly octets: readonly number[]
}

const levels = makeLevels()

function makeLevels(): readonly Level[] {
  const lengths = [...LENGTHS].map((digit) => Number.parseInt(digit, 36))
  const result: Level[] = []
  let first = 0
  for (let length = 0; length <= LONGEST; length += 1) {
    const octets = lengths.flatMap((own, octet) => (own === length ? [octet] : []))
    result.push({ first, octets })
    first = (first + octets.length) * 2
  }
  return result
}

/** Throws an Error for padding that is not the beginning of the end-of-string code. */
export function decodeHuffman(bytes: Uint8Array): string {
  let text = ''
  let code = 0
  let length = 0
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = (code << 1) | ((byte >> bit) & 1)
      length += 1
      if (length > LONGEST) throw new Error('HPACK: a Huffman code that does not exist')
      const level = levels[length] as Level
      const octet = level.octets[code - level.first]
      if (octet === undefined) continue
      text += String.fromCharCode(octet)
      code = 0
      length = 0
    }
  }
  // What is left must be padding: less than an octet of ones.
  if (length > 7 || code !== (1 << length) - 1) throw new Error('HPACK: wrong padding')
  return text
}
