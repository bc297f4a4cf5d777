import { TlsStats } from '../tls/tls-stats.ts'

/** Counters of a listener, by Envoy's names in camel case. */
export class ListenerStats {
  downstreamCxTotal = 0
  /** In their listener filters or their handshake. */
  downstreamPreCxActive = 0
  downstreamPreCxTimeout = 0
  downstreamCxTransportSocketConnectTimeout = 0
  /** Closed at once, because the process has as many connections as it may have. */
  downstreamGlobalCxOverflow = 0
  noFilterChainMatch = 0
  readonly ssl = new TlsStats()
}
