const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** Each unit at most once, the longer ones first. */
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Prometheus' durations (`1h30m`, `5m`, `250ms`; a year has 365 days). Undefined if the text is none. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0
  const parts = DURATION.exec(text)
  if (parts === null || text === '') return undefined
  return ['y', 'w', 'd', 'h', 'm', 's', 'ms'].reduce(
    (sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * (UNIT_MS[unit] ?? 0),
    0,
  )
}
