import type { Offsets, Steps } from '../places.ts'
import { type MarkSink, Marks } from './marks.ts'
import { SubsetParser } from './subset-parser.ts'
import { TextCursor } from './text-cursor.ts'
import { ALL_FOUND, WantedMarks } from './wanted-marks.ts'

/**
 * Offsets of a text that was read as the subset. Most are never asked for: a question reads the text again. Several that
 * are asked together read it as far as the last of them; the first that is asked by itself reads all, and keeps all marks.
 */
export class SubsetOffsets implements Offsets {
  readonly start: number
  readonly #text: string
  readonly #value: unknown
  readonly #maxDepth: number
  #marked: { readonly root: unknown; readonly marks: Marks } | undefined

  /** @param value what was read */
  constructor(text: string, value: unknown, start: number, maxDepth: number) {
    this.#text = text
    this.#value = value
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

  findAll(wanted: readonly Steps[]): readonly number[] {
    const written = wanted.map((steps) => writtenSteps(this.#value, steps))
    const marks = new WantedMarks(written)
    if (written.some((steps) => steps.length > 0)) this.#parse(marks)
    return written.map((steps) => marks.offsetOf(steps) ?? this.start)
  }

  #read() {
    const marks = new Marks()
    return { root: this.#parse(marks), marks }
  }

  #parse(marks: MarkSink): unknown {
    try {
      return new SubsetParser(new TextCursor(this.#text), this.#maxDepth, marks).document()
    } catch (signal) {
      if (signal === ALL_FOUND) return undefined
      throw signal
    }
  }
}

/** As far as the value has them. */
function writtenSteps(root: unknown, steps: Steps): Steps {
  let value = root
  const missing = steps.findIndex((step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return true
    value = (value as Readonly<Record<string | number, unknown>>)[step]
    return false
  })
  return missing === -1 ? steps : steps.slice(0, missing)
}
