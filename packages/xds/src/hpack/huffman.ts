import { MizzenError } from '@mizzen/base'

/**
 * HPACK's Huffman code (RFC 7541, appendix B), decoded four bits at a time: a table gives for each inner node of the code
 * tree and each four bits the node that follows and the octet, if any, that ended on the way (no code is shorter than
 * five bits, so it is one at most). The plain bit by bit decoder in the tests is its oracle.
 *
 * We never encode with it: it saves few bytes, and costs CPU on both sides for each literal.
 */

/** The code is canonical, so the lengths of its 256 codes say it all: one base-36 digit for each octet. */
export const HUFFMAN_LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f56565666577666567' +
  '655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkokl' +
  'mllnmmppooqnqrqqrrrrrsrrrrrq'

const LONGEST = 30
const INNER_NODES = 256
/** The end-of-string code, which no text may hold. */
const END_OF_STRING = 256

/** A table's entry: the following node in the low byte, the octet above it, then these. */
const EMITS = 1 << 16
const BROKEN = 1 << 17

interface Tables {
  /** Index: node * 16 + four bits. */
  readonly steps: Uint32Array
  /** 1 where a text may end: the bits since the last octet are padding, fewer than eight ones. */
  readonly mayEnd: Uint8Array
}

let tables: Tables | null = null

/** Children of each inner node; leaves are `~octet`. */
function makeTree(): Int16Array {
  const children = new Int16Array(INNER_NODES * 2)
  let nodes = 1
  let code = 0
  const lengths = [...HUFFMAN_LENGTHS].map((digit) => Number.parseInt(digit, 36))
  lengths.push(LONGEST)
  for (let length = 1; length <= LONGEST; length += 1, code *= 2) {
    for (let octet = 0; octet <= END_OF_STRING; octet += 1) {
      if (lengths[octet] !== length) continue
      let node = 0
      for (let bit = length - 1; bit > 0; bit -= 1) {
        const at = node * 2 + ((code >>> bit) & 1)
        if (children[at] === 0) children[at] = nodes++
        node = children[at] as number
      }
      children[node * 2 + (code & 1)] = ~octet
      code += 1
    }
  }
  return children
}

function makeTables(): Tables {
  const children = makeTree()
  const steps = new Uint32Array(INNER_NODES * 16)
  for (let start = 0; start < INNER_NODES; start += 1) {
    for (let bits = 0; bits < 16; bits += 1) steps[start * 16 + bits] = walk(children, start, bits)
  }
  const mayEnd = new Uint8Array(INNER_NODES)
  for (let node = 0, depth = 0; depth < 8; depth += 1, node = children[node * 2 + 1] as number) mayEnd[node] = 1
  return { steps, mayEnd }
}

function walk(children: Int16Array, start: number, bits: number): number {
  let node = start
  let emitted = 0
  for (let bit = 3; bit >= 0; bit -= 1) {
    const next = children[node * 2 + ((bits >> bit) & 1)] as number
    if (next >= 0) {
      node = next
      continue
    }
    if (~next === END_OF_STRING) return BROKEN
    emitted = EMITS | (~next << 8)
    node = 0
  }
  return emitted | node
}

/** Decoded octets of one text on their way to a string. Grows to what the longest text needs (block limit * 8 / 5). */
let scratch: Buffer = Buffer.alloc(0)

/** The text, one octet a character. Throws MizzenError `bad-hpack`. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  tables ??= makeTables()
  const { steps, mayEnd } = tables
  const longest = ((end - start) * 8) / 5 + 1
  if (scratch.length < longest) scratch = Buffer.allocUnsafeSlow(Math.max(256, longest * 2))
  const out = scratch
  let length = 0
  let node = 0
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number
    const first = steps[node * 16 + (byte >> 4)] as number
    if ((first & EMITS) !== 0) out[length++] = first >> 8
    const second = steps[(first & 0xff) * 16 + (byte & 15)] as number
    if ((second & EMITS) !== 0) out[length++] = second >> 8
    if (((first | second) & BROKEN) !== 0)
      throw new MizzenError('bad-hpack', 'HPACK: a text with the end-of-string code')
    node = second & 0xff
  }
  if (mayEnd[node] !== 1) throw new MizzenError('bad-hpack', 'HPACK: wrong padding')
  return out.toString('latin1', 0, length)
}
