/**
 * A sum that carries along what rounding lost (Kahan's, with Neumaier's improvement), step by step as Prometheus adds, so
 * that results are equal to the last bit.
 */
export class KahanSum {
  sum: number
  compensation = 0

  constructor(sum = 0) {
    this.sum = sum
  }

  add(increment: number): void {
    const total = this.sum + increment
    if (!Number.isFinite(total) && !Number.isNaN(total)) this.compensation = 0
    else if (Math.abs(this.sum) >= Math.abs(increment)) this.compensation += this.sum - total + increment
    else this.compensation += increment - total + this.sum
    this.sum = total
  }

  get value(): number {
    return this.sum + this.compensation
  }
}

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}

/** Mean of at least one value: by the sum, and from where that would overflow by increments. */
export function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  const sum = new KahanSum(values[from])
  let count = 1
  for (; from + count < to; count += 1) {
    const { sum: total, compensation } = sum
    sum.add(values[from + count]!)
    if (!isInfinite(sum.sum)) continue
    return incrementalMean(values, from + count, to, { count, mean: total / count, compensation: compensation / count })
  }
  return sum.sum / count + sum.compensation / count
}

function incrementalMean(
  values: ArrayLike<number>,
  from: number,
  to: number,
  start: { readonly count: number; readonly mean: number; readonly compensation: number },
): number {
  let { count } = start
  const mean = new KahanSum(start.mean)
  mean.compensation = start.compensation
  for (let index = from; index < to; index += 1) {
    count += 1
    const share = (count - 1) / count
    mean.sum *= share
    mean.compensation *= share
    mean.add(values[index]! / count)
  }
  return mean.value
}
