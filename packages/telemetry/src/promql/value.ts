import type { Labels } from './labels.ts'

/** One element of an instant vector. */
export interface VectorSample {
  readonly labels: Labels
  readonly value: number
  /** When the sample was taken, milliseconds; of what a selector gives alone. */
  readonly atMs?: number
}

export interface MatrixSeries {
  readonly labels: Labels
  /** Milliseconds. */
  readonly times: ArrayLike<number>
  readonly values: ArrayLike<number>
}

/** What a query gives. Times are milliseconds since the epoch. */
export type QueryResult =
  | { readonly type: 'scalar'; readonly atMs: number; readonly value: number }
  | { readonly type: 'string'; readonly atMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly atMs: number; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] }
