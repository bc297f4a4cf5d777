/** What a picker sees of an endpoint. */
export interface Weighted {
  /** At least 1, relative to the others. */
  readonly weight: number
  /** Requests that are with it now. */
  readonly activeRequests: number
}

/**
 * Chooses among endpoints that are all fit to be used. Made anew when the set changes; what it remembers between picks is
 * its own. `hosts` is not empty.
 */
export interface Picker<H extends Weighted> {
  pick(): H
}
