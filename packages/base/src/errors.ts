/** Where in a file something stands. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** `file:line:column`, as compilers print it, so that terminals and editors make it a link. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}

export interface ErrorDetails {
  /** The field that is wrong, as `spec.http[0].route[1].weight`. */
  readonly path?: string
  readonly place?: Place
  /** What to do about it, as a sentence without a final stop. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * An error that somebody can act on: `code` to branch on (kebab-case, stable, documented where it is thrown), one
 * sentence for the operator, and where it happened.
 */
export class MizzenError extends Error {
  readonly code: string
  readonly path: string | undefined
  readonly place: Place | undefined
  readonly hint: string | undefined

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'MizzenError'
    this.code = code
    this.path = details.path
    this.place = details.place
    this.hint = details.hint
  }
}

/** One line for the operator: `place: path: message (hint)`; parts that are unknown are left out. */
export function formatError(error: unknown): string {
  if (!(error instanceof MizzenError)) return error instanceof Error ? error.message : String(error)
  const head = [error.place && formatPlace(error.place), error.path].filter((part) => part !== undefined && part !== '')
  const tail = error.hint === undefined ? '' : ` (${error.hint})`
  return [...head, `${error.message}${tail}`].join(': ')
}
