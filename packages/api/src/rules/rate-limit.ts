import { readDuration } from '../duration.ts'
import type { RateLimit } from '../kinds/mizzen/rate-limit.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkHttpMatch } from './http-match.ts'
import { checkHeaderName } from './http-names.ts'
import { checkSelection } from './policy-selection.ts'
import { checkDuration } from './values.ts'

/** Envoy's local rate limit fills its bucket no more often. */
const MIN_INTERVAL_MS = 50

export function checkRateLimit({ spec }: RateLimit, report: Report): void {
  checkSelection(spec, report)
  spec.limits.forEach(({ match, interval, requests, burst, by, scope, onUnavailable }, index) => {
    const path = itemPath('spec.limits', index)
    match?.forEach((one, position) => {
      checkHttpMatch(one, itemPath(`${path}.match`, position), report)
    })
    checkDuration(interval, `${path}.interval`, report)
    if ((readDuration(interval ?? '1s') ?? 0) < MIN_INTERVAL_MS) {
      refuse(report, 'bad-duration', `${path}.interval`, `${interval} is shorter than ${MIN_INTERVAL_MS}ms`)
    }
    if (burst !== undefined && burst < requests) {
      refuse(report, 'out-of-range', `${path}.burst`, `${burst} is less than the ${requests} of an interval`)
    }
    by?.forEach((key, position) => {
      const at = itemPath(`${path}.by`, position)
      if (Object.keys(key).length === 0) refuse(report, 'empty', at, 'a key must name something')
      if (key.header !== undefined) checkHeaderName(key.header, `${at}.header`, report)
    })
    if (scope !== 'global' && onUnavailable !== undefined) {
      refuse(report, 'conflict', `${path}.onUnavailable`, 'only global limits can be unavailable')
    }
  })
}
