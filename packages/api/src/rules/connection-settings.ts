import { readDuration } from '../duration.ts'
import type { ConnectionSettings } from '../kinds/mesh/connection-settings.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { checkAtLeast } from './values.ts'

/** RFC 9113, 6.5.2: a window never starts smaller, and Envoy refuses it. */
const MIN_WINDOW = 65_535

/** Numbers that may be 0; of the others 0 would let nothing pass. */
const MAY_BE_ZERO: ReadonlySet<string> = new Set([
  'listenerPerConnectionBufferLimitBytes',
  'clusterPerConnectionBufferLimitBytes',
])

export function checkConnectionSettings(settings: ConnectionSettings | undefined, path: string, report: Report): void {
  if (settings === undefined) return
  for (const [name, value] of Object.entries(settings)) {
    const at = `${path}.${name}`
    if (typeof value === 'number') checkAtLeast(leastOf(name), value, at, report)
    else if (typeof value === 'string' && (readDuration(value) ?? 0) < 0) {
      refuse(report, 'bad-duration', at, `${value} is negative`)
    }
  }
}

function leastOf(name: string): number {
  if (name.endsWith('WindowSize')) return MIN_WINDOW
  return MAY_BE_ZERO.has(name) ? 0 : 1
}
