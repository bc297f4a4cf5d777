const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, as kubectl says it: `45s`, `3m12s`, `12m`, `2h5m`, `11h`, `2d3h`, `12d`. */
export function formatAge(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))}s`
  if (ms < 10 * MINUTE) return pair(ms, MINUTE, 'm', SECOND, 's')
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`
  if (ms < 8 * HOUR) return pair(ms, HOUR, 'h', MINUTE, 'm')
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`
  if (ms < 8 * DAY) return pair(ms, DAY, 'd', HOUR, 'h')
  return `${Math.floor(ms / DAY)}d`
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)}${largeUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`
}

/** `<unknown>` where the object does not say when it was made. */
export function ageOf(timestamp: string | undefined, nowMs: number): string {
  const ms = Date.parse(timestamp ?? '')
  return Number.isNaN(ms) ? '<unknown>' : formatAge(nowMs - ms)
}
