import { readDuration } from '../duration.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Numbers and durations that several kinds bound alike. Values that are left out are good. */

export function checkPort(port: number | undefined, path: string, report: Report): void {
  if (port === undefined || (port >= 1 && port <= 65535)) return
  refuse(report, 'bad-port', path, `port ${port} is not between 1 and 65535`)
}

/** At least 1 ms, and nothing finer. */
export function checkDuration(text: string | undefined, path: string, report: Report): void {
  const ms = text === undefined ? undefined : readDuration(text)
  if (ms === undefined) return
  if (ms < 1) refuse(report, 'bad-duration', path, `${text} is shorter than 1ms`)
  else if (Math.round(ms * 1e6) % 1e6 !== 0)
    refuse(report, 'bad-duration', path, `${text} is finer than whole milliseconds`)
}

export function checkAtLeast(minimum: number, value: number | undefined, path: string, report: Report): void {
  if (value !== undefined && value < minimum) refuse(report, 'out-of-range', path, `${value} is less than ${minimum}`)
}

export function checkPercent(value: number | undefined, path: string, report: Report): void {
  if (value === undefined || (value >= 0 && value <= 100)) return
  refuse(report, 'bad-percentage', path, `${value} is not between 0 and 100`)
}

/** Shares of requests are counted in millionths: 0, or 0.0001 to 100. */
export function checkFineShare(value: number | undefined, path: string, report: Report): void {
  checkPercent(value, path, report)
  if (value !== undefined && value > 0 && value < 0.0001) {
    refuse(report, 'bad-percentage', path, `${value} is finer than 0.0001`)
  }
}

/** As Envoy accepts: 200 to 599, and 600, which Istio lets pass. */
export function checkStatus(status: number | undefined, path: string, report: Report): void {
  if (status === undefined || (status >= 200 && status <= 600)) return
  refuse(report, 'bad-status', path, `${status} is not an HTTP status from 200 to 599`)
}
