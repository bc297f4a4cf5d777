/**
 * Header fields in order. Names are lower case and interned: compare with `===`. Repeated fields are separate entries.
 * Pseudo headers are not in here (see Exchange).
 */
export interface Headers {
  readonly size: number
  /** Value of the first field of that name. */
  get(name: string): string | undefined
  /** All values, joined with ',' where there are several (RFC 9110 5.3). */
  getCombined(name: string): string | undefined
  has(name: string): boolean
  /** Replaces the first, drops further ones; appends if there is none. */
  set(name: string, value: string): void
  append(name: string, value: string): void
  /** Adds `value` to the first of that name, behind a comma; appends if there is none. */
  join(name: string, value: string): void
  remove(name: string): void
  nameAt(index: number): string
  valueAt(index: number): string
}
