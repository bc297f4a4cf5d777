/** A share of requests: `numerator / denominator`. */
export interface Fraction {
  readonly numerator: number
  readonly denominator: 100 | 10_000 | 1_000_000
}
