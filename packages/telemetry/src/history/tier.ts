import { ByteLog } from './byte-log.ts'
import { decodeValues, encodeValues, maxEncodedBytes } from './value-codec.ts'

/** Values that are gathered before they are packed. */
const BLOCK = 60
/** First tick and count, before the values of a block. */
const HEAD_BYTES = 6
/** How often a series may be seen to end before the first of these is forgotten. */
const MAX_ENDINGS = 64

/** What one tier knows of one series. Made by `Tier.column`, changed by it alone. */
export interface Column {
  /** Where its packed blocks are, oldest first. */
  readonly blocks: number[]
  readonly pending: Float64Array
  pendingFrom: number
  pendingCount: number
  /** How many values the present block gets: fewer in the first, so that not all columns are packed at one tick. */
  blockLength: number
  /** The last tick at which it had a value; -1: none. */
  lastTick: number
  /** Ticks at which it was found to have ended. */
  readonly endings: number[]
}

export interface ColumnSamples {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly endings: readonly number[]
}

export interface TierLimits {
  readonly intervalMs: number
  readonly ticks: number
  /** Of packed values; what is oldest goes first. */
  readonly maxBytes: number
}

/**
 * Values of many series at common moments (ticks). A series has a value at each tick from its begin to its end.
 * Memory: 8 bytes for each of the last 60 values of a series; before that one to nine bytes for each value that changed.
 */
export class Tier {
  readonly #limits: TierLimits
  readonly #log: ByteLog
  /** Time of tick n at n % ticks. */
  readonly #times: Float64Array
  /** Number of the next tick. */
  #next = 0
  #columns = 0

  constructor(limits: TierLimits) {
    this.#limits = limits
    this.#log = new ByteLog(limits.maxBytes)
    this.#times = new Float64Array(limits.ticks)
  }

  get intervalMs(): number {
    return this.#limits.intervalMs
  }

  /** Bytes of packed values. */
  get bytes(): number {
    return this.#log.bytes
  }

  /** Undefined before the first tick. */
  get lastMs(): number | undefined {
    return this.#next === 0 ? undefined : this.#timeOf(this.#next - 1)
  }

  get firstMs(): number | undefined {
    return this.#next === 0 ? undefined : this.#timeOf(this.#oldestTick)
  }

  column(): Column {
    const pending = new Float64Array(BLOCK)
    const blockLength = 1 + (this.#columns++ % BLOCK)
    return { blocks: [], pending, pendingFrom: 0, pendingCount: 0, blockLength, lastTick: -1, endings: [] }
  }

  /** Begins the tick at which the following `add` and `end` are. `nowMs` is greater than that of the last one. */
  begin(nowMs: number): void {
    this.#times[this.#next % this.#limits.ticks] = nowMs
    this.#next += 1
    this.#log.dropBefore(this.#oldestTick)
  }

  /** False if the column has a value at this tick already. */
  add(column: Column, value: number): boolean {
    const tick = this.#next - 1
    if (column.lastTick === tick) return false
    if (column.lastTick !== tick - 1 || column.pendingCount >= column.blockLength) {
      this.#pack(column)
    }
    if (column.pendingCount === 0) column.pendingFrom = tick
    column.pending[column.pendingCount] = value
    column.pendingCount += 1
    column.lastTick = tick
    return true
  }

  /** Notes that the column has no value at this tick; once for each end. True if nothing is left of it. */
  end(column: Column): boolean {
    const tick = this.#next - 1
    if (column.lastTick === tick - 1 && tick > 0) {
      column.endings.push(tick)
      if (column.endings.length > MAX_ENDINGS) column.endings.shift()
    }
    return column.lastTick < this.#oldestTick
  }

  isCurrent(column: Column): boolean {
    return column.lastTick === this.#next - 1
  }

  /** The value at the last tick. */
  current(column: Column): number | undefined {
    return this.isCurrent(column) ? column.pending[column.pendingCount - 1] : undefined
  }

  /** True if there are samples with `afterMs` < time <= `upToMs`. */
  has(column: Column, afterMs: number, upToMs: number): boolean {
    return this.#runs(column, this.#ticksUpTo(afterMs), this.#ticksUpTo(upToMs)).length > 0
  }

  /** Samples with `afterMs` < time <= `upToMs`. */
  read(column: Column, afterMs: number, upToMs: number): ColumnSamples {
    const from = this.#ticksUpTo(afterMs)
    const to = this.#ticksUpTo(upToMs)
    const runs = this.#runs(column, from, to)
    const count = runs.reduce((sum, run) => sum + run.count, 0)
    const times = new Float64Array(count)
    const values = new Float64Array(count)
    const block = new Float64Array(BLOCK)
    let at = 0
    for (const { first, skip, count: length, bytes, offset, total } of runs) {
      if (bytes === undefined) values.set(column.pending.subarray(skip, skip + length), at)
      else {
        decodeValues(bytes, offset, total, block, 0)
        values.set(block.subarray(skip, skip + length), at)
      }
      for (let index = 0; index < length; index += 1) times[at + index] = this.#timeOf(first + skip + index)
      at += length
    }
    const endings = column.endings.filter((tick) => tick >= from && tick < to).map((tick) => this.#timeOf(tick))
    return { times, values, endings }
  }

  get #oldestTick(): number {
    return Math.max(0, this.#next - this.#limits.ticks)
  }

  #timeOf(tick: number): number {
    return this.#times[tick % this.#limits.ticks]!
  }

  /** The number of the first tick later than `timeMs`. */
  #ticksUpTo(timeMs: number): number {
    let low = this.#oldestTick
    let high = this.#next
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#timeOf(middle) <= timeMs) low = middle + 1
      else high = middle
    }
    return low
  }

  #pack(column: Column): void {
    const { blocks, pending, pendingFrom, pendingCount } = column
    if (pendingCount > 0) {
      const address = this.#log.append(HEAD_BYTES + maxEncodedBytes(pendingCount), column.lastTick, (bytes, offset) => {
        new DataView(bytes.buffer).setUint32(offset, pendingFrom)
        bytes[offset + 4] = pendingCount
        return encodeValues(pending, pendingCount, bytes, offset + HEAD_BYTES)
      })
      blocks.push(address)
    }
    column.pendingCount = 0
    column.blockLength = BLOCK
    const gone = blocks.findIndex((address) => address >= this.#log.oldestAddress)
    if (gone !== 0) blocks.splice(0, gone === -1 ? blocks.length : gone)
  }

  /** The parts of a column between two ticks, packed or (without `bytes`) pending. */
  #runs(column: Column, from: number, to: number) {
    const runs: { first: number; skip: number; count: number; total: number; bytes?: Uint8Array; offset: number }[] = []
    const add = (first: number, total: number, bytes: Uint8Array | undefined, offset: number) => {
      const skip = Math.max(0, from - first)
      const count = Math.min(total, to - first) - skip
      if (count > 0) runs.push({ first, skip, count, total, bytes, offset })
    }
    for (const address of column.blocks) {
      const piece = this.#log.at(address)
      if (piece === undefined) continue
      const first = new DataView(piece.bytes.buffer).getUint32(piece.offset)
      add(first, piece.bytes[piece.offset + 4]!, piece.bytes, piece.offset + HEAD_BYTES)
    }
    add(column.pendingFrom, column.pendingCount, undefined, 0)
    return runs
  }
}
