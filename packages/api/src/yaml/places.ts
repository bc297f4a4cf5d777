import type { Place } from '@mizzen/base'
import { pathSteps } from '../schema/field-path.ts'
import { LineIndex } from './line-index.ts'

export type Steps = readonly (string | number)[]

/** What knows where the parts of one parsed text start. */
export interface Offsets {
  /** Of the root. */
  readonly start: number
  /**
   * Of the deepest of the steps that is written: of a named field its key, of a list item its start. `start` if there is
   * none.
   */
  find(steps: Steps): number
  /** The same of several, in one go. */
  findAll(wanted: readonly Steps[]): readonly number[]
}

/** The end of the line that a literal block follows. */
const LITERAL = /:\s+\|[-+0-9]*\s*(#.*)?$/

/** Turns paths of fields into places in a file. */
export class Places {
  readonly #file: string
  readonly #linesBefore: number
  readonly #lines: LineIndex
  readonly #offsets: Offsets
  readonly #base: Steps

  /**
   * @param linesBefore lines of the file before the text
   * @param base steps to the object that paths start from
   */
  constructor(file: string, lines: LineIndex, linesBefore: number, offsets: Offsets, base: Steps = []) {
    this.#file = file
    this.#lines = lines
    this.#linesBefore = linesBefore
    this.#offsets = offsets
    this.#base = base
  }

  /** The same text, for an object inside it. */
  inside(steps: Steps): Places {
    return new Places(this.#file, this.#lines, this.#linesBefore, this.#offsets, [...this.#base, ...steps])
  }

  /** Of what isn't written, what surrounds it. */
  find(path: string): Place {
    const steps = [...this.#base, ...pathSteps(path)]
    return this.at(steps.length === 0 ? this.#offsets.start : this.#offsets.find(steps))
  }

  /** Of several paths, cheaper than one by one. */
  findAll(paths: readonly string[]): readonly Place[] {
    const wanted = paths.map((path) => [...this.#base, ...pathSteps(path)])
    return this.#offsets.findAll(wanted).map((offset) => this.at(offset))
  }

  /**
   * Of a position in the text that a field has as its value: exact if it is written as a literal block (`|`).
   *
   * @param place of the field
   * @param offset characters from the start of `text`
   */
  inBlock(place: Place, text: string, offset: number): Place {
    const header = place.line - this.#linesBefore
    if (!LITERAL.test(this.#lines.text(header))) return place
    const { line, column } = new LineIndex(text).at(offset)
    const written = this.#lines.text(header + line)
    const content = text.slice(offset - column + 1).split('\n', 1)[0]!
    const indent = written.indexOf(content)
    return indent === -1 ? place : { ...place, line: place.line + line, column: indent + column }
  }

  /** @param offset characters from the start of the text */
  at(offset: number): Place {
    const { line, column } = this.#lines.at(offset)
    return { file: this.#file, line: line + this.#linesBefore, column }
  }
}

/** Where all that is known is one place. */
export function offsetsAt(start: number): Offsets {
  return { start, find: () => start, findAll: (wanted) => wanted.map(() => start) }
}

/** For a text of which nothing is known. */
export function startOfText(file: string, text: string, linesBefore: number): Places {
  return new Places(file, new LineIndex(text), linesBefore, offsetsAt(0))
}
