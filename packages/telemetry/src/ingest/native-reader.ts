import { NATIVE_SCHEMA, nativePosition } from '@mizzen/base'
import { WIRE, type WireCursor } from './wire-cursor.ts'

/** Buckets of one histogram that are read; who sends more has none. */
const MOST_BUCKETS = 512

/**
 * The native part of io.prometheus.client.Histogram: schema 5, positive_span 12 (offset 1, length 2), positive_delta 13.
 * Other schemas than our own are left out. One reader for all histograms, one after the other.
 */
export class NativeReader {
  #schema = Number.NaN
  readonly #spans: number[] = []
  readonly #deltas: number[] = []

  /** Takes the field at hand; false = it is none of these. */
  read(cursor: WireCursor): boolean {
    if (cursor.field === 5) this.#schema = zigzag(cursor.varint())
    else if (cursor.field === 12) this.#span(cursor)
    else if (cursor.field === 13) this.#delta(cursor)
    else return false
    return true
  }

  /** Gives what was counted, by base's buckets, and is ready for the next histogram. */
  end(take: (position: number, by: number) => void): void {
    if (this.#spans.length === 0) return
    if (this.#schema === NATIVE_SCHEMA) this.#give(take)
    this.clear()
  }

  /** Forgets what was read. */
  clear(): void {
    this.#schema = Number.NaN
    this.#spans.length = 0
    this.#deltas.length = 0
  }

  #give(take: (position: number, by: number) => void): void {
    let index = 0
    let at = 0
    let count = 0
    for (let span = 0; span < this.#spans.length; span += 2) {
      index += this.#spans[span] as number
      for (let left = this.#spans[span + 1] as number; left > 0 && at < this.#deltas.length; left -= 1) {
        count += this.#deltas[at] as number
        take(nativePosition(index), count)
        index += 1
        at += 1
      }
    }
  }

  #span(cursor: WireCursor): void {
    const end = cursor.enter()
    let offset = 0
    let length = 0
    while (cursor.next()) {
      if (cursor.field === 1) offset = zigzag(cursor.varint())
      else if (cursor.field === 2) length = cursor.varint()
      else cursor.skip()
    }
    cursor.leave(end)
    if (this.#spans.length < 2 * MOST_BUCKETS) this.#spans.push(offset, length)
  }

  /** One by one or packed: readers have to take both. */
  #delta(cursor: WireCursor): void {
    if (cursor.wire === WIRE.varint) this.#add(zigzag(cursor.varint()))
    else {
      const end = cursor.enter()
      while (cursor.pos < cursor.end) this.#add(zigzag(cursor.varint()))
      cursor.leave(end)
    }
  }

  #add(delta: number): void {
    if (this.#deltas.length < MOST_BUCKETS) this.#deltas.push(delta)
  }
}

/** `sint`: 0, -1, 1, -2, … */
function zigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
