import { DEFAULT_TABLE_SIZE, ENTRY_OVERHEAD, STATIC_TABLE } from './static-table.ts'

/** Fields of these names hardly ever repeat their value, or a table shared by many clients must not reveal it. */
const NEVER_REMEMBERED: ReadonlySet<string> = new Set(
  (
    ':path age content-length content-range etag if-modified-since if-none-match if-range last-modified location ' +
    'retry-after x-request-id'
  ).split(' '),
)
/** Secrets: nobody on the way may index them, lest somebody who shares a table finds them by trial (RFC 7541 7.1). */
const SECRET: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization', 'set-cookie'])

/** Longer values are not remembered. */
const MAX_REMEMBERED_LENGTH = 512
/** Names whose last value is noted, at most. */
const MAX_NAMES = 256

/** First octet of a literal and the mask of its index (RFC 7541 6.2). */
const PLAIN = 0x00
const NEVER_INDEXED = 0x10
const INDEXING = 0x40

/** The most that a field takes beyond its name and value: an octet and five for the length, twice. */
export const FIELD_OVERHEAD = 12
/** The most that a block takes beyond its fields: two changes of the table size. */
export const BLOCK_OVERHEAD = 12

/** What is known of a name: where it is in the tables, and the value that came last. */
interface NameSlot {
  /** 0 = in no static entry. */
  readonly staticIndex: number
  /** Index by value; null if the static table has the name without values only. */
  readonly staticValues: ReadonlyMap<string, number> | null
  readonly policy: number
  /** The number of the name's latest entry in the dynamic table, counting from 1; 0 = none. */
  entry: number
  entryValue: string
  /** The value that came last as a literal: when it comes again, it goes into the table. */
  lastValue: string
}

const Policy = { remember: 0, plain: 1, secret: 2 } as const

/**
 * Encodes header fields (RFC 7541), one encoder for each direction of a connection. It never uses Huffman coding (see
 * huffman.ts), and remembers a field at the second sight of its value, so that ever-changing values cost no table.
 * Only the latest entry of each name is used: it is the one that repeats.
 */
export class HpackEncoder {
  readonly #slots = new Map<string, NameSlot>()
  readonly #isSensitive: (name: string) => boolean
  /** Sizes of the entries, oldest first from `#oldest`. */
  #sizes: number[] = []
  #inserted = 0
  #size = 0
  #limit = DEFAULT_TABLE_SIZE
  /** Smallest limit since the last block, and whether one must be announced. */
  #lowest = DEFAULT_TABLE_SIZE
  #changed = false

  /** @param isSensitive names that somebody asked never to index (RFC 7541 6.2.3) */
  constructor(isSensitive: (name: string) => boolean = () => false) {
    this.#isSensitive = isSensitive
  }

  /** The table that the peer allows (SETTINGS_HEADER_TABLE_SIZE), bytes; we use no more than the default. */
  setTableSize(allowed: number): void {
    const limit = Math.min(allowed, DEFAULT_TABLE_SIZE)
    if (limit === this.#limit) return
    this.#limit = limit
    this.#lowest = this.#changed ? Math.min(this.#lowest, limit) : limit
    this.#changed = true
    this.#evictTo(limit)
  }

  /** Begins a block: at most `BLOCK_OVERHEAD` bytes. @returns index after what was written at `at` */
  begin(out: Buffer, at: number): number {
    if (!this.#changed) return at
    this.#changed = false
    let next = at
    if (this.#lowest < this.#limit) next = writeInteger(out, next, 0x20, 0x1f, this.#lowest)
    return writeInteger(out, next, 0x20, 0x1f, this.#limit)
  }

  /**
   * Encodes a field: at most its name's and value's lengths and `FIELD_OVERHEAD` bytes.
   * @param name in lower case; @param value one byte a character
   * @returns index after what was written at `at`
   */
  field(name: string, value: string, out: Buffer, at: number): number {
    const slot = this.#slots.get(name) ?? this.#learn(name)
    if (slot === null) return writeText(out, writeText(out, writeByte(out, at, PLAIN), name), value)
    if (slot.staticValues !== null) {
      const index = slot.staticValues.get(value)
      if (index !== undefined) return writeByte(out, at, 0x80 | index)
    }
    const live = slot.entry > this.#inserted - this.#sizes.length
    if (live && slot.entryValue === value) return writeInteger(out, at, 0x80, 0x7f, this.#indexOf(slot))
    const nameIndex = slot.staticIndex !== 0 ? slot.staticIndex : live ? this.#indexOf(slot) : 0
    const kind = this.#kindOf(slot, name, value)
    const start = writeInteger(out, at, kind, kind === INDEXING ? 0x3f : 0x0f, nameIndex)
    if (kind === INDEXING) this.#insert(slot, name, value)
    return writeText(out, nameIndex === 0 ? writeText(out, start, name) : start, value)
  }

  /** How a literal is sent. */
  #kindOf(slot: NameSlot, name: string, value: string): number {
    if (slot.policy === Policy.secret || this.#isSensitive(name)) return NEVER_INDEXED
    if (slot.policy === Policy.plain || value.length > MAX_REMEMBERED_LENGTH) return PLAIN
    if (slot.lastValue === value) return INDEXING
    slot.lastValue = value
    return PLAIN
  }

  #learn(name: string): NameSlot | null {
    if (this.#slots.size >= MAX_NAMES) return null
    const known = STATIC_SLOTS.get(name)
    const policy = SECRET.has(name) ? Policy.secret : NEVER_REMEMBERED.has(name) ? Policy.plain : Policy.remember
    const slot = {
      staticIndex: known?.index ?? 0,
      staticValues: known?.values ?? null,
      policy,
      entry: 0,
      entryValue: '',
      lastValue: '',
    }
    this.#slots.set(name, slot)
    return slot
  }

  #indexOf(slot: NameSlot): number {
    return STATIC_TABLE.length + 1 + this.#inserted - slot.entry
  }

  #insert(slot: NameSlot, name: string, value: string): void {
    const size = name.length + value.length + ENTRY_OVERHEAD
    this.#evictTo(this.#limit - size)
    if (size > this.#limit) return
    this.#sizes.push(size)
    this.#size += size
    this.#inserted += 1
    slot.entry = this.#inserted
    slot.entryValue = value
  }

  #evictTo(size: number): void {
    while (this.#size > size && this.#sizes.length > 0) this.#size -= this.#sizes.shift() as number
  }
}

/** Of each name in the static table: its first index, and the indices of its values. */
const STATIC_SLOTS: ReadonlyMap<
  string,
  { readonly index: number; readonly values: ReadonlyMap<string, number> | null }
> = new Map(
  STATIC_TABLE.map(([name]) => {
    const entries = STATIC_TABLE.flatMap(([own, value], at) => (own === name ? [[value, at + 1] as const] : []))
    const values = entries.filter(([value]) => value !== '')
    return [name, { index: entries[0]?.[1] as number, values: values.length === 0 ? null : new Map(values) }]
  }),
)

function writeByte(out: Buffer, at: number, byte: number): number {
  out[at] = byte
  return at + 1
}

/** RFC 7541 5.1. */
function writeInteger(out: Buffer, at: number, kind: number, mask: number, value: number): number {
  if (value < mask) return writeByte(out, at, kind | value)
  let next = writeByte(out, at, kind | mask)
  let rest = value - mask
  for (; rest > 0x7f; rest >>>= 7) next = writeByte(out, next, (rest & 0x7f) | 0x80)
  return writeByte(out, next, rest)
}

/** Shorter texts are written faster here than by a call into Node. */
const SHORT = 24

function writeText(out: Buffer, at: number, text: string): number {
  const { length } = text
  const start = writeInteger(out, at, 0, 0x7f, length)
  if (length <= SHORT) for (let index = 0; index < length; index += 1) out[start + index] = text.charCodeAt(index)
  else out.write(text, start, length, 'latin1')
  return start + length
}
