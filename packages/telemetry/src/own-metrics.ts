export interface OwnNumbers {
  readonly droppedSamples: number
  readonly droppedTallies: number
  readonly scrapeFailures: number
  readonly series: number
  readonly metricStreams: number
  readonly logStreams: number
  readonly loggedRequests: number
}

/** What telemetry says of itself, in Prometheus' text format. */
export function ownMetrics(numbers: OwnNumbers): string {
  return [
    counter('dropped_samples', 'Samples left out because there are too many series.', numbers.droppedSamples),
    counter('dropped_tallies', 'Samples left out of rates: too many workloads and routes.', numbers.droppedTallies),
    counter('scrape_failures', 'Scrapes of proxies that failed.', numbers.scrapeFailures),
    counter('logged_requests', 'Requests that proxies have streamed of their access logs.', numbers.loggedRequests),
    gauge('series', 'Series of the merged metrics.', numbers.series),
    gauge('metric_streams', 'Proxies that stream their metrics.', numbers.metricStreams),
    gauge('log_streams', 'Streams of access logs.', numbers.logStreams),
  ].join('')
}

export interface HistoryNumbers {
  readonly series: number
  readonly leftOut: number
  readonly bytes: number
}

/** What history says of itself. */
export function historyMetrics(numbers: HistoryNumbers): string {
  return [
    counter('history_dropped_samples', 'Samples left out of history: too many series.', numbers.leftOut),
    gauge('history_series', 'Series in history, ended ones included.', numbers.series),
    gauge('history_bytes', 'Memory of packed samples.', numbers.bytes),
  ].join('')
}

export interface TraceNumbers {
  readonly spans: number
  readonly rejected: number
  readonly dropped: number
  readonly forwarded: number
  readonly notForwarded: number
  readonly traces: number
  readonly bytes: number
}

/** What the intake of traces says of itself. */
export function traceMetrics(numbers: TraceNumbers): string {
  return [
    counter('spans', 'Spans taken in.', numbers.spans),
    counter('rejected_spans', 'Spans that could not be taken: no ids, or too many in one request.', numbers.rejected),
    counter('dropped_spans', 'Spans left out of the store: too many in one trace.', numbers.dropped),
    counter('forwarded_spans', 'Spans that the collector took.', numbers.forwarded),
    counter('forward_dropped_spans', 'Spans that the collector did not get or take.', numbers.notForwarded),
    gauge('traces', 'Traces in the store, unfinished ones included.', numbers.traces),
    gauge('trace_bytes', 'Memory of the traces in the store, estimated.', numbers.bytes),
  ].join('')
}

function counter(name: string, help: string, value: number): string {
  return family(`mizzen_telemetry_${name}_total`, 'counter', help, value)
}

function gauge(name: string, help: string, value: number): string {
  return family(`mizzen_telemetry_${name}`, 'gauge', help, value)
}

function family(name: string, type: 'counter' | 'gauge', help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`
}
