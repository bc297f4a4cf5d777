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
/** Up to so many terms they are kept as numbers; more are summed by their logarithms, and cut where they do not show. */
const MOST_PLAIN_TERMS = 128

/**
 * Natural logarithm of P(this split | odds ratio, sum of bad) for each of `logOdds` (natural logarithms of odds ratios).
 * All counts are whole numbers, `bad` at most `requests`. Work grows with the width of the distribution, not with the counts.
 */
export function logLikelihoods(split: Split, logOdds: readonly number[]): readonly number[] {
  const { low, high } = support(split)
  if (high - low > MOST_PLAIN_TERMS) return logOdds.map((odds) => -logSum(split, odds))
  const up = plainTerms(split, high, 1)
  const down = plainTerms(split, low, -1)
  return logOdds.map((odds) => {
    const sum = 1 + polynomial(up, Math.exp(odds)) + polynomial(down, Math.exp(-odds))
    return Number.isFinite(sum) ? -Math.log(sum) : -logSum(split, odds)
  })
}

/** The fewest and the most bad requests that the first group can have. */
function support({ requests, bad, otherRequests, otherBad }: Split): { readonly low: number; readonly high: number } {
  const sum = bad + otherBad
  return { low: Math.max(0, sum - otherRequests), high: Math.min(requests, sum) }
}

/** term(k)/term(bad) at equal odds, for each k from the one beside `bad` to `end`. */
function plainTerms(split: Split, end: number, direction: 1 | -1): readonly number[] {
  const terms: number[] = []
  let term = 1
  for (let k = split.bad; k !== end; k += direction) {
    term = direction === 1 ? term * ratio(split, k) : term / ratio(split, k - 1)
    terms.push(term)
  }
  return terms
}

/** terms[0]·x + terms[1]·x² + … */
function polynomial(terms: readonly number[], x: number): number {
  let sum = 0
  for (let index = terms.length - 1; index >= 0; index -= 1) sum = (sum + (terms[index] as number)) * x
  return sum
}

/** term(k + 1)/term(k) at equal odds: needs no factorials. */
function ratio({ requests, bad, otherRequests, otherBad }: Split, k: number): number {
  const sum = bad + otherBad
  return ((requests - k) * (sum - k)) / ((k + 1) * (otherRequests - sum + k + 1))
}

/** log of the sum over all k of term(k)/term(bad). */
function logSum(split: Split, logOdds: number): number {
  const { low, high } = support(split)
  const stepUp = (k: number) => Math.log(ratio(split, k)) + logOdds
  const total = new LogTotal()
  total.add(0)
  let term = 0
  for (let k = split.bad; k < high; k += 1) {
    term += stepUp(k)
    total.add(term)
    if (stepIsLast(term, total.value, k + 1 < high && stepUp(k + 1) < 0)) break
  }
  term = 0
  for (let k = split.bad; k > low; k -= 1) {
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
