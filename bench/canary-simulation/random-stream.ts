/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Greater means are drawn in parts, or the first term would vanish. */
const MOST_AT_ONCE = 500

/** A count with that mean: what arrives in a time if arrivals do not depend on each other. By inversion. */
export function poisson(mean: number, random: () => number): number {
  if (mean > MOST_AT_ONCE) return poisson(MOST_AT_ONCE, random) + poisson(mean - MOST_AT_ONCE, random)
  const draw = random()
  let count = 0
  let term = Math.exp(-mean)
  let sum = term
  while (draw > sum && term > Number.MIN_VALUE) {
    count += 1
    term *= mean / count
    sum += term
  }
  return count
}

/** How many of `trials` come true, each with that chance. Work grows with what comes true if that is rare. */
export function binomial(trials: number, chance: number, random: () => number): number {
  if (chance <= 0 || trials <= 0) return 0
  if (chance >= 1) return trials
  if (chance > 0.5) return trials - binomial(trials, 1 - chance, random)
  // Gaps between hits are geometric.
  const scale = Math.log1p(-chance)
  let hits = 0
  let at = Math.floor(Math.log(1 - random()) / scale)
  while (at < trials) {
    hits += 1
    at += 1 + Math.floor(Math.log(1 - random()) / scale)
  }
  return hits
}
