import { type Stat, statName } from './stat.ts'

/** Lets counters begin at 0 again without a word to those who count. */
export class CounterBaseline {
  #values: ReadonlyMap<string, number> = new Map()

  /** What the counters have now is their new 0. */
  reset(stats: readonly Stat[]): void {
    this.#values = new Map(stats.filter(({ kind }) => kind === 'counter').map((stat) => [statName(stat), stat.value]))
  }

  since(stats: readonly Stat[]): readonly Stat[] {
    if (this.#values.size === 0) return stats
    return stats.map((stat) => {
      const base = this.#values.get(statName(stat))
      // Less than there was: whoever counted has begun anew.
      return base === undefined || stat.value < base ? stat : { ...stat, value: stat.value - base }
    })
  }
}
