/** Bounds on what one text may hold: far above real manifests, and low enough that none takes the process. */
export interface ParseLimits {
  /** Characters of the whole text; 64 Mi by default. */
  readonly maxText: number
  /** Documents, and items of lists, together; 10,000 by default. */
  readonly maxDocuments: number
  /** Characters of one document; 1 Mi by default (what Kubernetes accepts is near it). */
  readonly maxDocument: number
  /** Characters of a document with anchors, tags and what else manifests seldom have; 8 Ki by default. */
  readonly maxUnusual: number
  /** Levels of objects and lists inside each other; 64 by default. */
  readonly maxDepth: number
  /** What aliases may expand to, in multiples of what they name; 1,000 by default. */
  readonly maxAliases: number
}

export const DEFAULT_LIMITS: ParseLimits = {
  maxText: 2 ** 26,
  maxDocuments: 10_000,
  maxDocument: 2 ** 20,
  maxUnusual: 2 ** 13,
  maxDepth: 64,
  maxAliases: 1_000,
}
