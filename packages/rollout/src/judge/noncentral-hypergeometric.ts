/**
 * Two groups met the same conditions and `bad` of their requests went wrong altogether. Given that sum, the number that
 * went wrong in the first group follows Fisher's noncentral hypergeometric distribution, which depends on the odds ratio
 * of the groups alone and not on the (unknown) base rate.
 */
export interface Split {
  /** Requests of the first group and how many of them were bad. */
  readonly requests: number
  readonly bad: number
  /** Requests of the second group and how many of them were bad. */
  readonly otherRequests: number
  readonly otherBad: number
}

/** Terms smaller than this part of the largest one do not show in a double. */
const NEGLIGIBLE = -45

/**
 * Natural logarithm of P(this split | odds ratio, sum of bad) for each of `logOdds` (natural logarithms of odds ratios).
 * All counts are whole numbers, `bad` at most `requests`. Work grows with the width of the distribution, not with the counts.
 */
export function logLikelihoods(split: Split, logOdds: readonly number[]): readonly number[] {
  return logOdds.map((odds) => -logSum(split, odds))
}

/** log of the sum over all k of term(k)/term(bad); term ratios need no factorials. */
function logSum(split: Split, logOdds: number): number {
  const { requests, bad, otherRequests, otherBad } = split
  const sum = bad + otherBad
  const low = Math.max(0, sum - otherRequests)
  const high = Math.min(requests, sum)
  const stepUp = (k: number) =>
    Math.log(((requests - k) * (sum - k)) / ((k + 1) * (otherRequests - sum + k + 1))) + logOdds
  const total = new LogTotal()
  total.add(0)
  let term = 0
  for (let k = bad; k < high; k += 1) {
    term += stepUp(k)
    total.add(term)
    if (stepIsLast(term, total.value, k + 1 < high && stepUp(k + 1) < 0)) break
  }
  term = 0
  for (let k = bad; k > low; k -= 1) {
    term -= stepUp(k - 1)
    total.add(term)
    if (stepIsLast(term, total.value, k - 1 > low && -stepUp(k - 2) < 0)) break
  }
  return total.value
}

/** The distribution has one peak: once terms fall and are negligible, all that follow are. */
function stepIsLast(term: number, total: number, falls: boolean): boolean {
  return falls && term - total < NEGLIGIBLE
}

/** A sum of exponentials by its logarithm, so that it can't overflow. */
class LogTotal {
  #peak = Number.NEGATIVE_INFINITY
  #scaled = 0

  get value(): number {
    return this.#peak + Math.log(this.#scaled)
  }

  add(log: number): void {
    if (log <= this.#peak) {
      this.#scaled += Math.exp(log - this.#peak)
      return
    }
    this.#scaled = this.#scaled * Math.exp(this.#peak - log) + 1
    this.#peak = log
  }
}
