import type { LoggedRequest } from '@mizzen/telemetry'

/** One request to the canary that failed, as a proxy logged it. */
export type FailedRequest = Pick<
  LoggedRequest,
  | 'atMs'
  | 'method'
  | 'path'
  | 'status'
  | 'grpcStatus'
  | 'flags'
  | 'details'
  | 'durationMs'
  | 'traceId'
  | 'routeName'
  | 'upstreamHost'
  | 'reporter'
  | 'proxy'
> & { readonly pod: string }

/** What a report keeps of it. */
export function failedRequest(logged: LoggedRequest): FailedRequest {
  const { atMs, method, path, status, grpcStatus, flags, details, durationMs, traceId } = logged
  const { routeName, upstreamHost, reporter, proxy, destination } = logged
  const what = { atMs, method, path, status, grpcStatus, flags, details, durationMs, traceId }
  return { ...what, routeName, upstreamHost, reporter, proxy, pod: destination.pod }
}

/** In one line. */
export function describeFailure(failed: FailedRequest): string {
  const { atMs, method, path, status, grpcStatus, flags, details, durationMs, traceId, pod, upstreamHost } = failed
  const grpc = grpcStatus === undefined ? '' : ` grpc ${grpcStatus}`
  const reason = flags === '-' || flags === '' ? details : flags
  const trace = traceId === undefined ? '' : ` trace ${traceId}`
  const where = pod || upstreamHost
  const time = new Date(atMs).toISOString().slice(11, 23)
  const what = method === '' ? 'TCP connection' : `${method} ${path} → ${status}${grpc}`
  return `${time}  ${what} ${reason} ${Math.round(durationMs)} ms${where && `  ${where}`}${trace}`
}
