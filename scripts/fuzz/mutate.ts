import type { SeededRandom } from './random.ts'

/** Inputs do not grow beyond this, bytes. */
const MAX_LENGTH = 16 << 10
/** Changes to one input: 1 to this many. */
const MAX_CHANGES = 6

/** Bytes at the edges of what parsers tell apart: signs, prefixes and separators of HTTP/1, HPACK and TLS. */
const EDGES = Buffer.from([0, 1, 0x0a, 0x0d, 0x20, 0x2c, 0x3a, 0x3b, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0xc0, 0xfe, 0xff])

type Mutation = (bytes: Buffer, random: SeededRandom, corpus: readonly Buffer[]) => Buffer

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  insertBytes,
  removeBytes,
  repeatBytes,
  setNumber,
  splice,
  insertOther,
  truncate,
]

/** A variant of one of the corpus, changed a few times. */
export function mutate(corpus: readonly Buffer[], random: SeededRandom): Buffer {
  let bytes = Buffer.from(random.oneOf(corpus))
  for (let left = 1 + random.below(MAX_CHANGES); left > 0; left -= 1) {
    bytes = Buffer.from(random.oneOf(MUTATIONS)(bytes, random, corpus).subarray(0, MAX_LENGTH))
  }
  return bytes
}

function flipBit(bytes: Buffer, random: SeededRandom): Buffer {
  if (bytes.length > 0) {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
  }
  return bytes
}

function setByte(bytes: Buffer, random: SeededRandom): Buffer {
  if (bytes.length > 0) bytes[random.below(bytes.length)] = someByte(random)
  return bytes
}

function insertBytes(bytes: Buffer, random: SeededRandom): Buffer {
  const inserted = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => someByte(random)))
  return insertAt(bytes, random.below(bytes.length + 1), inserted)
}

function removeBytes(bytes: Buffer, random: SeededRandom): Buffer {
  const [start, end] = someRange(bytes, random)
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
}

function repeatBytes(bytes: Buffer, random: SeededRandom): Buffer {
  const [start, end] = someRange(bytes, random)
  const copies = Array.from({ length: 1 + random.below(8) }, () => bytes.subarray(start, end))
  return insertAt(bytes, end, Buffer.concat(copies))
}

/** Lengths and identifiers are big-endian numbers of 1 to 4 bytes in all that is parsed here. */
function setNumber(bytes: Buffer, random: SeededRandom): Buffer {
  const width = 1 + random.below(4)
  if (bytes.length < width) return bytes
  const largest = 2 ** (8 * width) - 1
  const value = random.oneOf([0, 1, largest, largest - 1, Math.floor(largest / 2), bytes.length, random.below(largest)])
  bytes.writeUIntBE(Math.min(value, largest), random.below(bytes.length - width + 1), width)
  return bytes
}

/** The start of this and the end of another. */
function splice(bytes: Buffer, random: SeededRandom, corpus: readonly Buffer[]): Buffer {
  const other = random.oneOf(corpus)
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ])
}

function insertOther(bytes: Buffer, random: SeededRandom, corpus: readonly Buffer[]): Buffer {
  const other = random.oneOf(corpus)
  const [start, end] = someRange(other, random)
  return insertAt(bytes, random.below(bytes.length + 1), other.subarray(start, end))
}

function truncate(bytes: Buffer, random: SeededRandom): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1))
}

function insertAt(bytes: Buffer, at: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
}

/** Short ranges more often than long ones. */
function someRange(bytes: Buffer, random: SeededRandom): [start: number, end: number] {
  const start = random.below(bytes.length + 1)
  const longest = random.below(4) === 0 ? bytes.length : 16
  return [start, Math.min(bytes.length, start + random.below(longest + 1))]
}

function someByte(random: SeededRandom): number {
  return random.below(2) === 0 ? random.below(256) : (EDGES[random.below(EDGES.length)] as number)
}
