/** Lanczos' approximation, g = 7, nine terms (Numerical Recipes gives the derivation): 15 digits for x > 0. */
const COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Natural logarithm of the gamma function. @param x greater than 0 */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const base = x - 1
  let sum = COEFFICIENTS[0] as number
  for (let index = 1; index < COEFFICIENTS.length; index += 1) sum += (COEFFICIENTS[index] as number) / (base + index)
  const shifted = base + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (base + 0.5) * Math.log(shifted) - shifted + Math.log(sum)
}

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
