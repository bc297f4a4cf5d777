import { LogLinearHistogram } from '../telemetry/log-linear-histogram.ts'
import { TlsStats } from '../tls/tls-stats.ts'

/** Counters and histograms of a listener, by Envoy's names in camel case. */
export class ListenerStats {
  downstreamCxTotal = 0
  /** In their listener filters or their handshake. */
  downstreamPreCxActive = 0
  downstreamPreCxTimeout = 0
  downstreamCxTransportSocketConnectTimeout = 0
  /** Closed at once, because the process has as many connections as it may have. */
  downstreamGlobalCxOverflow = 0
  /** Closed at once, because the process is overloaded. */
  downstreamCxOverloadReject = 0
  noFilterChainMatch = 0
  /** Closed, because the configuration of a listener filter, or of a network filter, has not come. */
  extensionConfigMissing = 0
  networkExtensionConfigMissing = 0
  readonly downstreamCxLengthMs = new LogLinearHistogram()
  readonly ssl = new TlsStats()
}
