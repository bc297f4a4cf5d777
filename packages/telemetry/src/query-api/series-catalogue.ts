import type { Labels } from '../promql/labels.ts'
import type { Matcher } from '../promql/matcher.ts'

/** Which series there are. */
export interface SeriesCatalogue {
  /** Label sets of the series that fulfil all matchers and have samples with `afterMs` < time <= `upToMs`. */
  labelSets(matchers: readonly Matcher[], afterMs: number, upToMs: number): Iterable<Labels>
}
