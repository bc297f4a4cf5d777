import type { Labels } from '../promql/labels.ts'
import type { Column } from './tier.ts'

/** One series of the history: its labels, and its values at both resolutions. */
export interface StoredSeries {
  readonly labels: Labels
  readonly fine: Column
  readonly coarse: Column
}
