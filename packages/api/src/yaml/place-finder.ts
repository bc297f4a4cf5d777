import type { Place } from '@mizzen/base'
import { isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import { pathSteps } from '../schema/field-path.ts'

type Steps = readonly (string | number)[]

/** Finds the places of fields in one parsed text. */
export class PlaceFinder {
  readonly #file: string
  readonly #lines: LineCounter
  readonly #linesBefore: number
  readonly #root: unknown
  readonly #base: Steps

  /**
   * @param linesBefore lines of the file before the text that `lines` counts
   * @param base steps to the object that paths start from
   */
  constructor(file: string, lines: LineCounter, linesBefore: number, root: unknown, base: Steps = []) {
    this.#file = file
    this.#lines = lines
    this.#linesBefore = linesBefore
    this.#root = root
    this.#base = base
  }

  /** The same text, for an object inside it. */
  inside(steps: Steps): PlaceFinder {
    return new PlaceFinder(this.#file, this.#lines, this.#linesBefore, this.#root, [...this.#base, ...steps])
  }

  /** Of a named field its key, of a list item its start; of what isn't written, what surrounds it. */
  find(path: string): Place {
    let node = this.#root
    let offset = startOf(node) ?? 0
    for (const step of [...this.#base, ...pathSteps(path)]) {
      const next = child(node, step)
      if (next === undefined) break
      offset = next.offset ?? offset
      node = next.node
    }
    return this.at(offset)
  }

  /** @param offset characters from the start of the text */
  at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(1, line) + this.#linesBefore, column: Math.max(1, col) }
  }
}

function child(node: unknown, step: string | number): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    return pair && { node: pair.value, offset: startOf(pair.key) }
  }
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
    return { node: node.items[step], offset: startOf(node.items[step]) }
  }
  return undefined
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}
