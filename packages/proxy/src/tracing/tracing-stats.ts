/** Envoy's statistics of a connection manager's decisions: `http.PREFIX.tracing.…`. */
export class TracingStats {
  randomSampling = 0
  serviceForced = 0
  clientEnabled = 0
  notTraceable = 0
  /** Health checks are requests as all others here. */
  readonly healthCheck = 0
}

/** Of all Zipkin tracers: `tracing.zipkin.…`. */
export class ZipkinStats {
  spansSent = 0
  timerFlushed = 0
  /** For want of the collector's cluster. */
  reportsSkippedNoCluster = 0
  reportsSent = 0
  /** Answered with something else than 202. */
  reportsDropped = 0
  /** Not answered, or not sent because too many were under way. */
  reportsFailed = 0
}

/** Of all OpenTelemetry tracers: `tracing.opentelemetry.…`. */
export class OpenTelemetryStats {
  spansSent = 0
  spansDropped = 0
  timerFlushed = 0
}
