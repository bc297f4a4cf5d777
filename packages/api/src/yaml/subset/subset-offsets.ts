import type { Offsets, Steps } from '../places.ts'
import { Marks } from './marks.ts'
import { SubsetParser } from './subset-parser.ts'
import { TextCursor } from './text-cursor.ts'

/**
 * Offsets of a text that was read as the subset. Most are never asked for: the first question reads the text again, with
 * marks, which are kept.
 */
export class SubsetOffsets implements Offsets {
  readonly start: number
  readonly #text: string
  readonly #maxDepth: number
  #marked: { readonly root: unknown; readonly marks: Marks } | undefined

  constructor(text: string, start: number, maxDepth: number) {
    this.#text = text
    this.start = start
    this.#maxDepth = maxDepth
  }

  find(steps: Steps): number {
    this.#marked ??= this.#read()
    const { root, marks } = this.#marked
    let value = root
    let offset = this.start
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) break
      const next = marks.offsetOf(value, step)
      if (next === undefined) break
      offset = next
      value = (value as Readonly<Record<string | number, unknown>>)[step]
    }
    return offset
  }

  #read() {
    const marks = new Marks()
    const root = new SubsetParser(new TextCursor(this.#text), this.#maxDepth, marks).document()
    return { root, marks }
  }
}
