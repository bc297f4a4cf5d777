import { LogLinearHistogram } from '../telemetry/log-linear-histogram.ts'
import type { TracingStats } from '../tracing/tracing-stats.ts'

/** Envoy's statistics of a connection manager, by their names there (`http.PREFIX.…`): counters, gauges and histograms. */
export class HttpStats {
  downstreamCxTotal = 0
  downstreamCxActive = 0
  downstreamCxDestroy = 0
  downstreamCxSslTotal = 0
  downstreamCxSslActive = 0
  downstreamCxHttp1Total = 0
  downstreamCxHttp1Active = 0
  downstreamCxHttp2Total = 0
  downstreamCxHttp2Active = 0
  downstreamCxProtocolError = 0
  downstreamCxIdleTimeout = 0
  downstreamCxDrainClose = 0
  downstreamCxMaxRequestsReached = 0
  downstreamCxMaxDurationReached = 0
  downstreamCxRxBytesTotal = 0
  downstreamCxTxBytesTotal = 0
  downstreamRqTotal = 0
  downstreamRqActive = 0
  downstreamRqHttp1Total = 0
  downstreamRqHttp2Total = 0
  downstreamRqRxReset = 0
  downstreamRqIdleTimeout = 0
  downstreamRqTimeout = 0
  downstreamRqHeaderTimeout = 0
  downstreamRqMaxDurationReached = 0
  downstreamRqTooLarge = 0
  downstreamRqOverloadClose = 0
  downstreamCxOverloadDisableKeepalive = 0
  downstreamRqTooManyPrematureResets = 0
  downstreamCxUpgradesTotal = 0
  noRoute = 0
  noCluster = 0
  rqDirectResponse = 0
  rqRedirect = 0
  rqTotal = 0
  rqRetrySkippedBodyTooLarge = 0
  /** Responses by the first digit of their status; index 0 is not used. */
  readonly downstreamRqByClass: number[] = [0, 0, 0, 0, 0, 0]
  /** From the first byte of a request to the last of its response, ms. */
  readonly downstreamRqTime = new LogLinearHistogram()
  readonly downstreamCxLengthMs = new LogLinearHistogram()
  /** Null until a connection manager of this prefix traces. */
  tracing: TracingStats | null = null

  countResponse(status: number): void {
    const digit = (status / 100) | 0
    if (digit >= 1 && digit <= 5) (this.downstreamRqByClass[digit] as number) += 1
  }
}
