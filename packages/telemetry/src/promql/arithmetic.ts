import type { BinaryOperator } from './syntax.ts'

const OPERATIONS: Readonly<Partial<Record<BinaryOperator, (left: number, right: number) => number>>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
}

const COMPARISONS: Readonly<Partial<Record<BinaryOperator, (left: number, right: number) => boolean>>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

/** IEEE 754 has 1 for these, JavaScript NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

/** Arithmetic gives `value`; a comparison gives the left value and whether it holds. */
export function combine(operator: BinaryOperator, left: number, right: number): { value: number; holds: boolean } {
  const compare = COMPARISONS[operator]
  if (compare !== undefined) return { value: left, holds: compare(left, right) }
  return { value: OPERATIONS[operator]!(left, right), holds: true }
}
