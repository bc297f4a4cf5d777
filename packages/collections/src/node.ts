import type { Change } from './collection.ts'

/** What a node tells those that read it: which of its keys have something new. */
export interface Settled {
  readonly touched: ReadonlySet<string> | readonly string[]
  /** For `Collection.subscribe`; absent for indexes, which nobody subscribes to. */
  readonly changes?: readonly Change<unknown>[]
}

/**
 * A place in the graph. `rank` is its position: a node reads only nodes of lower rank, so that settling the nodes in
 * order of rank runs each at most once in a transaction, on inputs that are final.
 */
export interface GraphNode {
  readonly name: string
  readonly rank: number
  /** Nodes that want `invalidate` when this one changed. */
  readonly dependents: Set<GraphNode>
  /** An upstream node changed. Marks work; does none. */
  invalidate(upstream: GraphNode, settled: Settled): void
  /** Does the marked work. Undefined if nothing came of it. */
  settle(): Settled | undefined
  /** Tells subscribers. Called after the whole graph is settled. */
  notify(changes: readonly Change<unknown>[]): void
  /** Content for people, as JSON-like data. */
  dump(): Readonly<Record<string, unknown>>
  /** How many entries there are. */
  readonly size: number
}

/** What nodes need of the graph they are in. */
export interface GraphHost {
  /** The node has marked work (or pending changes). */
  schedule(node: GraphNode): void
  /** A transformation threw; its last good output stays. */
  failed(collection: string, key: string, error: unknown): void
}
