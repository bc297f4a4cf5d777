/** How the durations of two versions compare as a whole. */
export interface MannWhitney {
  /** Chance that a request of the canary takes longer than one of the stable version (ties count half). */
  readonly slower: number
  /** One-sided p-value of "no slower", by the normal approximation with correction for ties; null below 8 requests each. */
  readonly pValue: number | null
}

const FEWEST = 8

/**
 * Mann–Whitney's U on bucketed durations: all requests of a bucket are tied. For looking once, at the end of a step: it is
 * not valid when looked at again and again (the sequential tests are).
 */
export function mannWhitney(canary: readonly number[], stable: readonly number[]): MannWhitney {
  const buckets = Math.max(canary.length, stable.length)
  let n = 0
  let m = 0
  let wins = 0
  let ties = 0
  for (let index = 0; index < buckets; index += 1) {
    const mine = canary[index] ?? 0
    const theirs = stable[index] ?? 0
    wins += mine * (m + theirs / 2)
    n += mine
    m += theirs
    ties += (mine + theirs) ** 3 - (mine + theirs)
  }
  if (n === 0 || m === 0) return { slower: 0.5, pValue: null }
  const slower = wins / (n * m)
  if (n < FEWEST || m < FEWEST) return { slower, pValue: null }
  const all = n + m
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)))
  if (variance === 0) return { slower, pValue: 1 }
  return { slower, pValue: 1 - normalDistribution((wins - (n * m) / 2 - 0.5) / Math.sqrt(variance)) }
}

/** Zelen and Severo's approximation (Abramowitz and Stegun 26.2.17); error below 7.5e-8. */
function normalDistribution(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const tail =
    0.3989422804014327 *
    Math.exp((-z * z) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return z > 0 ? 1 - tail : tail
}
