import type { Severity } from '../severity.ts'

/** What is known about a code before anything is found. */
export interface CodeFacts {
  /** The code in words, as `ReferencedResourceNotFound`. */
  readonly name: string
  readonly severity: Severity
  /** What is wrong, and what comes of it. */
  readonly meaning: string
  /** What to do. */
  readonly remedy: string
}
