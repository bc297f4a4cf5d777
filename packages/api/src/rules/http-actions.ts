import { GRPC_STATUS } from '@mizzen/base'
import type { HTTPDirectResponse, HTTPRedirect } from '../kinds/networking/routing/http-action.ts'
import type { HTTPFaultAbort, HTTPFaultDelay, HTTPFaultInjection } from '../kinds/networking/routing/http-fault.ts'
import type { Report } from '../schema/check-shape.ts'
import { notice, refuse, warn } from './findings.ts'
import { checkDuration, checkFineShare, checkPort, checkStatus } from './values.ts'

/** Bytes of a direct response. */
const MAX_BODY = 2 ** 20
const LARGE_BODY = 100 * 2 ** 10

export function checkRedirect(redirect: HTTPRedirect | undefined, path: string, report: Report): void {
  if (redirect === undefined) return
  const { uri, authority, port, derivePort, scheme, redirectCode = 0, prefixRewrite } = redirect
  if (!uri && !authority && port === undefined && derivePort === undefined && !scheme && !prefixRewrite) {
    refuse(report, 'empty', path, 'a redirect must change the uri, authority, scheme or port')
  }
  if (uri && prefixRewrite) refuse(report, 'conflict', path, 'only one of uri and prefixRewrite may be set')
  if (redirectCode !== 0 && (redirectCode < 300 || redirectCode > 399)) {
    refuse(report, 'bad-status', `${path}.redirectCode`, `${redirectCode} is not a 3xx status`)
  }
  if (scheme && scheme !== 'http' && scheme !== 'https') {
    refuse(report, 'unknown-word', `${path}.scheme`, `"${scheme}" is neither http nor https`)
  }
  if (port !== undefined && port > 0) checkPort(port, `${path}.port`, report)
}

export function checkDirectResponse(response: HTTPDirectResponse | undefined, path: string, report: Report): void {
  if (response === undefined) return
  checkStatus(response.status, `${path}.status`, report)
  const { string, bytes } = response.body ?? {}
  const size = Buffer.byteLength(string ?? '') + Buffer.byteLength(bytes ?? '', 'base64')
  if (size > MAX_BODY) refuse(report, 'too-large', `${path}.body`, `the body has ${size} bytes, more than ${MAX_BODY}`)
  else if (size > LARGE_BODY) {
    warn(report, 'large-body', `${path}.body`, `the body has ${size} bytes, which every proxy keeps in memory`)
  }
}

export function checkFault(fault: HTTPFaultInjection | undefined, path: string, report: Report): void {
  if (fault === undefined) return
  if (!fault.abort && !fault.delay) refuse(report, 'empty', path, 'a fault must have an abort or a delay')
  checkAbort(fault.abort, `${path}.abort`, report)
  checkDelay(fault.delay, `${path}.delay`, report)
}

export function checkAbort(abort: HTTPFaultAbort | undefined, path: string, report: Report): void {
  if (abort === undefined) return
  const { httpStatus, grpcStatus, http2Error, percentage } = abort
  checkFineShare(percentage?.value, `${path}.percentage.value`, report)
  checkStatus(httpStatus, `${path}.httpStatus`, report)
  if (grpcStatus !== undefined && !GRPC_STATUS.includes(grpcStatus)) {
    refuse(report, 'unknown-word', `${path}.grpcStatus`, `"${grpcStatus}" is not a gRPC status`, 'as NOT_FOUND')
  }
  if (http2Error !== undefined)
    refuse(report, 'not-possible', `${path}.http2Error`, 'HTTP/2 errors are not implemented')
  if (httpStatus === undefined && grpcStatus === undefined && http2Error === undefined) {
    notice(report, 'empty', path, 'an abort without a status aborts nothing', 'set httpStatus or grpcStatus')
  }
}

export function checkDelay(delay: HTTPFaultDelay | undefined, path: string, report: Report): void {
  if (delay === undefined) return
  checkFineShare(delay.percentage?.value, `${path}.percentage.value`, report)
  checkDuration(delay.fixedDelay, `${path}.fixedDelay`, report)
  if (delay.exponentialDelay !== undefined) {
    refuse(report, 'not-possible', `${path}.exponentialDelay`, 'exponential delays are not implemented')
  }
}
