import type { Place } from '@mizzen/base'

/**
 * Something that is wrong with a document. `error` refuses it; `warning` is for what is most likely not meant, `info` for
 * what is meant but has no effect here.
 */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'info'
  /** Stable, kebab-case: `unknown-field`, `bad-duration`, `yaml-syntax`, … */
  readonly code: string
  /** The field, as `spec.http[0].route[1].weight`; '' for the document. */
  readonly path: string
  readonly message: string
  /** Where the field is a text that holds YAML itself: characters from its start. Gone once there is a place. */
  readonly offset?: number
  /** What to do, as a sentence without a final stop. */
  readonly hint?: string
  readonly place?: Place
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
}
