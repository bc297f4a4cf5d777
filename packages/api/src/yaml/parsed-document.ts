import type { Place } from '@mizzen/base'
import type { Problem } from '../problem.ts'
import type { Resource } from '../resource.ts'

/** One document of a file, or one item of a `List`. */
export interface ParsedDocument {
  /**
   * Normalised. Absent where the text has no kind that Mizzen knows, or no name; present, but not to be used, where it
   * has and `problems` has errors: so that one knows whose new state was refused.
   */
  readonly resource?: Resource
  /** The object as the text has it, of whatever kind; absent where the text can't be read. What analysis looks at. */
  readonly written?: Readonly<Record<string, unknown>>
  /** All that was found, with places; what `validate` finds is included. The document is good if none is an error. */
  readonly problems: readonly Problem[]
  /** Where the document starts. */
  readonly place: Place
  /** The most exact place known for a field, as `spec.http[0].route[1].weight`: its own, or that of what surrounds it. */
  placeOf(path: string): Place
}
