// Compact bytes for a run of values of one series. Counters grow evenly, so whole numbers are kept as differences of
// differences (mostly one byte each); other numbers as what changed in their bits since the one before.

const CONSTANT = 0
const WHOLE = 1
const BITS = 2

/** A difference of differences is less than four times as much, and twice that when its sign is coded: 2^53, still exact. */
const MAX_WHOLE = 2 ** 50

/** A kind, the first value, and for each further one a head and eight bytes. */
export function maxEncodedBytes(count: number): number {
  return 9 + 9 * Math.max(0, count - 1)
}

const scratch = new DataView(new ArrayBuffer(8))

/** Writes the first `count` (at least one) of `values`, at most `maxEncodedBytes(count)`; returns the offset after them. */
export function encodeValues(values: ArrayLike<number>, count: number, bytes: Uint8Array, offset: number): number {
  const first = values[0]!
  let constant = true
  let whole = isWhole(first)
  for (let index = 1; index < count; index += 1) {
    const value = values[index]!
    constant &&= Object.is(value, first)
    whole &&= isWhole(value)
  }
  bytes[offset] = constant ? CONSTANT : whole ? WHOLE : BITS
  const at = writeDouble(first, bytes, offset + 1)
  if (constant) return at
  return whole ? encodeWhole(values, count, bytes, at) : encodeBits(values, count, bytes, at)
}

/** Reads `count` values, writes them to `target` from `targetOffset` on. */
export function decodeValues(
  bytes: Uint8Array,
  offset: number,
  count: number,
  target: Float64Array,
  targetOffset: number,
): void {
  const first = readDouble(bytes, offset + 1)
  target[targetOffset] = first
  if (bytes[offset] === CONSTANT) target.fill(first, targetOffset, targetOffset + count)
  else if (bytes[offset] === WHOLE) decodeWhole(bytes, offset + 9, count, target, targetOffset)
  else decodeBits(bytes, offset + 9, count, target, targetOffset)
}

/** How many bytes `count` values take that stand at `offset`. */
export function encodedLength(bytes: Uint8Array, offset: number, count: number): number {
  if (bytes[offset] === CONSTANT) return 9
  let at = offset + 9
  for (let index = 1; index < count; index += 1) {
    if (bytes[offset] === BITS) at += 1 + (bytes[at]! >> 4)
    else {
      while (bytes[at]! >= 0x80) at += 1
      at += 1
    }
  }
  return at - offset
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < MAX_WHOLE && !Object.is(value, -0)
}

function encodeWhole(values: ArrayLike<number>, count: number, bytes: Uint8Array, offset: number): number {
  let at = offset
  let previous = values[0]!
  let difference = 0
  for (let index = 1; index < count; index += 1) {
    const next = values[index]! - previous
    at = writeVarint(zigzag(next - difference), bytes, at)
    previous = values[index]!
    difference = next
  }
  return at
}

function decodeWhole(bytes: Uint8Array, offset: number, count: number, target: Float64Array, to: number): void {
  let at = offset
  let difference = 0
  for (let index = 1; index < count; index += 1) {
    let coded = 0
    let factor = 1
    let byte: number
    do {
      byte = bytes[at]!
      at += 1
      coded += (byte & 0x7f) * factor
      factor *= 128
    } while (byte >= 0x80)
    difference += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
    target[to + index] = target[to + index - 1]! + difference
  }
}

/** Each value: a head (significant bytes, zero bytes after them), then the significant bytes of the XOR. */
function encodeBits(values: ArrayLike<number>, count: number, bytes: Uint8Array, offset: number): number {
  let at = offset
  scratch.setFloat64(0, values[0]!)
  let high = scratch.getUint32(0)
  let low = scratch.getUint32(4)
  for (let index = 1; index < count; index += 1) {
    scratch.setFloat64(0, values[index]!)
    const nextHigh = scratch.getUint32(0)
    const nextLow = scratch.getUint32(4)
    scratch.setUint32(0, high ^ nextHigh)
    scratch.setUint32(4, low ^ nextLow)
    at = writeSignificant(bytes, at)
    high = nextHigh
    low = nextLow
  }
  return at
}

function writeSignificant(bytes: Uint8Array, offset: number): number {
  let from = 0
  let to = 8
  while (from < 8 && scratch.getUint8(from) === 0) from += 1
  while (to > from && scratch.getUint8(to - 1) === 0) to -= 1
  bytes[offset] = ((to - from) << 4) | (8 - to)
  for (let index = from; index < to; index += 1) bytes[offset + 1 + index - from] = scratch.getUint8(index)
  return offset + 1 + to - from
}

function decodeBits(bytes: Uint8Array, offset: number, count: number, target: Float64Array, to: number): void {
  let at = offset
  scratch.setFloat64(0, target[to]!)
  let high = scratch.getUint32(0)
  let low = scratch.getUint32(4)
  for (let index = 1; index < count; index += 1) {
    const length = bytes[at]! >> 4
    const from = 8 - (bytes[at]! & 0x0f) - length
    scratch.setUint32(0, 0)
    scratch.setUint32(4, 0)
    for (let byte = 0; byte < length; byte += 1) scratch.setUint8(from + byte, bytes[at + 1 + byte]!)
    at += 1 + length
    high = (high ^ scratch.getUint32(0)) >>> 0
    low = (low ^ scratch.getUint32(4)) >>> 0
    scratch.setUint32(0, high)
    scratch.setUint32(4, low)
    target[to + index] = scratch.getFloat64(0)
  }
}

/** Small numbers of either sign to small positive ones. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function writeVarint(value: number, bytes: Uint8Array, offset: number): number {
  let rest = value
  let at = offset
  while (rest >= 0x80) {
    bytes[at] = (rest % 128) + 0x80
    rest = Math.floor(rest / 128)
    at += 1
  }
  bytes[at] = rest
  return at + 1
}

function writeDouble(value: number, bytes: Uint8Array, offset: number): number {
  scratch.setFloat64(0, value)
  for (let index = 0; index < 8; index += 1) bytes[offset + index] = scratch.getUint8(index)
  return offset + 8
}

function readDouble(bytes: Uint8Array, offset: number): number {
  for (let index = 0; index < 8; index += 1) scratch.setUint8(index, bytes[offset + index]!)
  return scratch.getFloat64(0)
}
