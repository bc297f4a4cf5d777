import { type Labels, METRIC_NAME } from '../promql/labels.ts'
import type { Matcher } from '../promql/matcher.ts'
import type { StoredSeries } from './stored-series.ts'

/** Finds series by their labels. */
export class SeriesIndex {
  readonly #byKey = new Map<string, StoredSeries>()
  readonly #byName = new Map<string, Set<StoredSeries>>()

  get size(): number {
    return this.#byKey.size
  }

  get(labels: Labels): StoredSeries | undefined {
    return this.#byKey.get(labels.key)
  }

  all(): Iterable<StoredSeries> {
    return this.#byKey.values()
  }

  add(series: StoredSeries): void {
    const name = nameOf(series)
    this.#byKey.set(series.labels.key, series)
    const named = this.#byName.get(name) ?? new Set()
    this.#byName.set(name, named.add(series))
  }

  delete(series: StoredSeries): void {
    this.#byKey.delete(series.labels.key)
    const name = nameOf(series)
    const named = this.#byName.get(name)
    named?.delete(series)
    if (named?.size === 0) this.#byName.delete(name)
  }

  clear(): void {
    this.#byKey.clear()
    this.#byName.clear()
  }

  select(matchers: readonly Matcher[]): readonly StoredSeries[] {
    const found: StoredSeries[] = []
    const names = matchers.filter(({ name }) => name === METRIC_NAME)
    for (const [name, named] of this.#byName) {
      if (!names.every(({ accepts }) => accepts(name))) continue
      for (const series of named) {
        if (matchers.every((one) => one.accepts(series.labels.values.get(one.name) ?? ''))) found.push(series)
      }
    }
    return found
  }
}

function nameOf({ labels }: StoredSeries): string {
  return labels.values.get(METRIC_NAME) ?? ''
}
