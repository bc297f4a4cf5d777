/** One request, as a proxy's access log stream tells of it. '' = unknown. */
export interface LoggedRequest {
  /** When it began, ms since the epoch. */
  readonly atMs: number
  /** '' = a TCP connection. */
  readonly method: string
  /** With query, cut to 1,024 characters. */
  readonly path: string
  readonly host: string
  /** 0 = there was no response. */
  readonly status: number
  /** Of a gRPC call whose end was seen. */
  readonly grpcStatus?: number | undefined
  /** Envoy's short names joined by commas; '-' = none. */
  readonly flags: string
  /** Envoy's response code details: `via_upstream`, `route_not_found`, … */
  readonly details: string
  readonly durationMs: number
  readonly traceId?: string | undefined
  readonly requestId?: string | undefined
  /** `http[].name` of the VirtualService. */
  readonly routeName: string
  readonly upstreamCluster: string
  /** `host:port` of the Pod that answered, or was tried last. */
  readonly upstreamHost: string
  /** Tries of the upstream; more than 1 = retried. */
  readonly attempts: number
  readonly destination: {
    /** Host of the service: `myapp.default.svc.cluster.local`. */
    readonly service: string
    readonly workload: string
    readonly namespace: string
    readonly version: string
    /** `pod.namespace` where it is known. */
    readonly pod: string
  }
  readonly source: { readonly workload: string; readonly namespace: string; readonly version: string }
  /** Which side's proxy saw it. */
  readonly reporter: 'source' | 'destination'
  /** `pod.namespace` of that proxy. */
  readonly proxy: string
}

/** gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const FAILED_GRPC: readonly number[] = [2, 4, 13, 14, 15]

/** Of a TCP connection: the upstream was not there, or broke it off. */
export function hasFailed({ method, status, grpcStatus, flags }: LoggedOutcome): boolean {
  if (method === '') return isFailedConnection(flags) || isBrokenConnection(flags)
  return isFailedRequest(status, grpcStatus)
}

type LoggedOutcome = Pick<LoggedRequest, 'method' | 'status' | 'grpcStatus' | 'flags'>

/**
 * No upstream was reached: none healthy, all attempts failed, too many, no route, no cluster, no name. A refused attempt
 * alone (UF) may have been followed by one that was not.
 */
const NOT_CONNECTED = /\b(UH|URX|UO|NR|NC|DF)\b/

/** Of a TCP connection that never had an upstream. @param flags as `LoggedRequest.flags` */
export function isFailedConnection(flags: string): boolean {
  return NOT_CONNECTED.test(flags)
}

/** Of a TCP connection that its upstream reset or ended too early. */
export function isBrokenConnection(flags: string): boolean {
  return /\bU[RC]\b/.test(flags)
}

/** A server error, a gRPC status that means one, or no response at all (0). */
export function isFailedRequest(status: number, grpcStatus: number | undefined): boolean {
  return status === 0 || status >= 500 || (grpcStatus !== undefined && FAILED_GRPC.includes(grpcStatus))
}

/** Which failed requests are wanted; what is left out does not matter. */
export interface FailureQuery {
  /** Host of the service. */
  readonly service?: string
  readonly version?: string
  readonly workload?: string
  readonly route?: string
  /** Since the epoch. */
  readonly sinceMs?: number
  /** Default 20. */
  readonly limit?: number
}
