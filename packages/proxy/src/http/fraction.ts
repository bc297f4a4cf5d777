import type { Random } from '@mizzen/base'
import type { Fraction } from '../config/model.ts'

/** True for `fraction` of the calls. */
export function hits(fraction: Fraction, random: Random): boolean {
  return fraction.numerator > 0 && random() * fraction.denominator < fraction.numerator
}
