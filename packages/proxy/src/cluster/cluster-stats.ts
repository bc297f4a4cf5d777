import { LogLinearHistogram } from '../telemetry/log-linear-histogram.ts'

/** Envoy's statistics of a cluster, by their names there (`cluster.NAME.…`): counters, gauges and histograms. */
export class ClusterStats {
  upstreamCxTotal = 0
  upstreamCxActive = 0
  upstreamCxConnectFail = 0
  upstreamCxConnectTimeout = 0
  upstreamCxConnectAttemptsExceeded = 0
  upstreamCxDestroy = 0
  upstreamCxOverflow = 0
  upstreamCxNoneHealthy = 0
  /** Of TCP proxies. */
  upstreamCxRxBytesTotal = 0
  upstreamCxTxBytesTotal = 0
  upstreamCxIdleTimeout = 0
  upstreamCxMaxRequests = 0
  upstreamCxMaxDurationReached = 0
  upstreamCxHttp1Total = 0
  upstreamCxHttp2Total = 0
  originalDstHostInvalid = 0
  upstreamRqTotal = 0
  upstreamRqActive = 0
  upstreamRqPendingTotal = 0
  upstreamRqPendingActive = 0
  upstreamRqPendingOverflow = 0
  upstreamRqPendingFailureEject = 0
  upstreamRqTimeout = 0
  upstreamRqPerTryTimeout = 0
  upstreamRqMaxDurationReached = 0
  upstreamRqRxReset = 0
  upstreamRqRetry = 0
  upstreamRqRetrySuccess = 0
  upstreamRqRetryLimitExceeded = 0
  upstreamRqRetryOverflow = 0
  /** Responses by the first digit of their status; index 0 is not used. */
  readonly upstreamRqByClass: number[] = [0, 0, 0, 0, 0, 0]
  readonly upstreamCxConnectMs = new LogLinearHistogram()
  readonly upstreamCxLengthMs = new LogLinearHistogram()
  /** Requests that a connection has carried in all. */
  readonly upstreamRqPerCx = new LogLinearHistogram()
  readonly responseTimes = new ResponseTimes()
  readonly #byStatus = new Map<number, number>()

  /** Responses by status. */
  get upstreamRqByStatus(): ReadonlyMap<number, number> {
    return this.#byStatus
  }

  countResponse(status: number): void {
    const digit = (status / 100) | 0
    if (digit >= 1 && digit <= 5) (this.upstreamRqByClass[digit] as number) += 1
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1)
  }
}

/**
 * Ms from the end of a request to the end of its response. Envoy has a third one for all; it is the sum of these two, so
 * that a request is recorded once.
 */
class ResponseTimes {
  /** Of requests of our own network (`x-envoy-internal`). */
  readonly internal = new LogLinearHistogram()
  readonly external = new LogLinearHistogram()
}

/** Envoy's statistics of one endpoint, as its admin shows them under `/clusters`. */
export class EndpointStats {
  cxTotal = 0
  cxActive = 0
  cxConnectFail = 0
  rqTotal = 0
  rqSuccess = 0
  rqError = 0
  rqTimeout = 0
}
