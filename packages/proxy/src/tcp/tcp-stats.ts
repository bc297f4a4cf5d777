/** Envoy's statistics of a TCP proxy, by their names there (`tcp.PREFIX.…`). Plain counters and gauges. */
export class TcpStats {
  downstreamCxTotal = 0
  downstreamCxActive = 0
  downstreamCxNoRoute = 0
  downstreamCxRxBytesTotal = 0
  downstreamCxTxBytesTotal = 0
  downstreamFlowControlPausedReadingTotal = 0
  downstreamFlowControlResumedReadingTotal = 0
  idleTimeout = 0
  maxDownstreamConnectionDuration = 0
}
