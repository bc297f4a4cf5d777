import type { TypeUrl } from '../source.ts'

/** A name that stands for the first request of a type. */
export const ANY_NAME = '*'

/** Something that the client is expected to ask for. */
export interface Awaited {
  readonly typeUrl: TypeUrl
  readonly name: string
  /** The last revision at which it was not missing. */
  readonly since: number
  /** It was missing at the last tick already. */
  overdue: boolean
}
