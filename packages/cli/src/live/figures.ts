/** `99.95%`; `-` where there was nothing to succeed. */
export function percent(part: number | null): string {
  return part === null ? '-' : `${(part * 100).toFixed(2)}%`
}

export function perSecond(rate: number): string {
  return `${rate.toFixed(1)}rps`
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return '-'
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)}ms`
}
