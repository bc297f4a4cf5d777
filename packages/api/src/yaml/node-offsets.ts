import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Offsets, Steps } from './places.ts'

/** Offsets by the library's nodes. */
export class NodeOffsets implements Offsets {
  readonly #root: unknown

  constructor(root: unknown) {
    this.#root = root
  }

  get start(): number {
    return startOf(this.#root) ?? 0
  }

  find(steps: Steps): number {
    let node = this.#root
    let offset = this.start
    for (const step of steps) {
      const next = child(node, step)
      if (next === undefined) break
      offset = next.offset ?? offset
      node = next.node
    }
    return offset
  }

  findAll(wanted: readonly Steps[]): readonly number[] {
    return wanted.map((steps) => this.find(steps))
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
