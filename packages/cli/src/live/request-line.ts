import type { LoggedRequest } from '@mizzen/control-plane'
import { milliseconds } from './figures.ts'
import { shortService, shortWorkload } from './names.ts'

const RED = '\x1b[31m'
const PLAIN = '\x1b[39m'

/** One request on one line: when, from whom to whom, what, how it ended and how long it took. */
export function requestLine(request: LoggedRequest, colour: boolean): string {
  const { source, destination, method, path, durationMs, routeName, attempts } = request
  const from = source.workload === '' ? '?' : shortWorkload(source.workload, source.namespace)
  const to =
    destination.workload === ''
      ? shortService(destination.service || '?')
      : shortWorkload(destination.workload, destination.namespace)
  const what = method === '' ? 'TCP' : `${method} ${path}`
  const more = [
    routeName === '' ? '' : `route=${routeName}`,
    attempts > 1 ? `attempts=${attempts}` : '',
    request.traceId === undefined ? '' : `trace=${request.traceId}`,
  ].filter((part) => part !== '')
  const line = [timeOf(request.atMs), `${from} → ${to}`, what, outcome(request), milliseconds(durationMs), ...more]
  const text = line.map(printable).join('  ')
  return colour && hasFailed(request) ? `${RED}${text}${PLAIN}` : text
}

function outcome({ method, status, grpcStatus, flags }: LoggedRequest): string {
  const parts = [
    method === '' ? '' : String(status),
    grpcStatus === undefined ? '' : `grpc-status=${grpcStatus}`,
    flags === '-' ? '' : flags,
  ]
  return parts.filter((part) => part !== '').join(' ') || '-'
}

function hasFailed({ method, status, grpcStatus, flags }: LoggedRequest): boolean {
  return method === '' ? flags !== '-' : status === 0 || status >= 500 || (grpcStatus ?? 0) > 0
}

/** Of the local day, to the millisecond. */
function timeOf(atMs: number): string {
  const at = new Date(atMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const ms = String(at.getMilliseconds()).padStart(3, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`
}

/** Whoever calls chooses paths: they must not move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '�')
}
