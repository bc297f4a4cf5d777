export type Severity = 'info' | 'warning' | 'error'

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 }

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return RANK[severity] >= RANK[threshold]
}

/** Negative if `left` is worse. */
export function compareSeverity(left: Severity, right: Severity): number {
  return RANK[right] - RANK[left]
}
