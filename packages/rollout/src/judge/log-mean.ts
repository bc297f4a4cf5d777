/** Logarithm of the mean of numbers given by their logarithms; `weights` (sum 1) are equal by default. Never overflows. */
export function logMean(logs: readonly number[], weights?: readonly number[]): number {
  const peak = Math.max(...logs)
  if (peak === Number.NEGATIVE_INFINITY) return peak
  let sum = 0
  for (let index = 0; index < logs.length; index += 1) {
    sum += (weights?.[index] ?? 1 / logs.length) * Math.exp((logs[index] as number) - peak)
  }
  return peak + Math.log(sum)
}
