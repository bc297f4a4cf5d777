import type { Random } from '@mizzen/base'
import type { ClusterConfig } from '../config/model.ts'
import type {
  CollectorConfig,
  OpenTelemetryConfig,
  RequestIdConfig,
  TracerConfig,
  TracingConfig,
  ZipkinConfig,
} from '../config/tracing-model.ts'
import type { DeadlineWheel } from '../http/deadline-wheel.ts'
import type { RequestTracing } from '../http/exchange-trace.ts'
import type { LocalAddress } from '../http/local-address.ts'
import type { ClusterLookup } from '../http/router-runtime.ts'
import { ConnectionManagerTracing } from './connection-manager-tracing.ts'
import { Collector, type ReportTraffic } from './export/collector.ts'
import { encodeExportRequest } from './export/otlp-message.ts'
import { resourceAttributes } from './export/otlp-resource.ts'
import { SpanBuffer } from './export/span-buffer.ts'
import { encodeZipkinJson } from './export/zipkin-json.ts'
import { encodeZipkinProtobuf } from './export/zipkin-protobuf.ts'
import { OpenTelemetryTracer } from './open-telemetry-tracer.ts'
import type { Span, Tracer } from './tracer.ts'
import type { TracingSettings } from './tracing-settings.ts'
import type { OpenTelemetryStats, TracingStats, ZipkinStats } from './tracing-stats.ts'
import { ZipkinTracer } from './zipkin-tracer.ts'

export interface TracersDeps {
  readonly settings: TracingSettings
  readonly random: Random
  readonly wheel: DeadlineWheel
  readonly clusters: ClusterLookup
  readonly localAddress: LocalAddress
  /** Adds a cluster. */
  readonly putCluster: (config: ClusterConfig) => void
  readonly zipkinStats: ZipkinStats
  readonly openTelemetryStats: OpenTelemetryStats
}

const SCOPE_NAME = 'mizzen'
/** Envoy's defaults. */
const MIN_FLUSH_SPANS = 5
const FLUSH_INTERVAL_MS = 5_000
const REQUEST_TIMEOUT_MS = 5_000
/** Whatever configuration says. */
const MAX_WAITING_SPANS = 1_024

/** All tracers of a runtime: connection managers with the same configuration share one. */
export class Tracers {
  readonly #deps: TracersDeps
  /** A tracer goes with the last connection manager that uses it. */
  readonly #known = new Map<string, WeakRef<Tracer>>()
  readonly #traffic: ReportTraffic = { underWay: 0 }

  constructor(deps: TracersDeps) {
    this.#deps = deps
  }

  compile(config: TracingConfig, ids: RequestIdConfig, stats: TracingStats): RequestTracing {
    const { random, settings } = this.#deps
    const { node, environment } = settings
    const tracer = config.tracer === undefined ? null : this.#tracer(config.tracer)
    return new ConnectionManagerTracing(config, ids, { random, node, environment, tracer, stats })
  }

  get reportsUnderWay(): number {
    return this.#traffic.underWay
  }

  /** Sends what waits. Only inside an event turn. */
  flush(): void {
    for (const reference of this.#known.values()) reference.deref()?.flush()
  }

  #tracer(config: TracerConfig): Tracer {
    const key = JSON.stringify(config)
    const known = this.#known.get(key)?.deref()
    if (known !== undefined) return known
    for (const [other, reference] of this.#known) if (reference.deref() === undefined) this.#known.delete(other)
    const tracer = config.kind === 'zipkin' ? this.#zipkin(config) : this.#openTelemetry(config)
    this.#known.set(key, new WeakRef(tracer))
    return tracer
  }

  #zipkin(config: ZipkinConfig): Tracer {
    const { random, zipkinStats: stats, settings, localAddress } = this.#deps
    const endpoint = { serviceName: settings.cluster, ipv4: localAddress.text }
    const json = config.encoding === 'json'
    const collector = this.#collector(config.collector, 'tracing.zipkin')
    const events = {
      onSkipped: () => void (stats.reportsSkippedNoCluster += 1),
      onFailed: () => void (stats.reportsFailed += 1),
      onAnswered: (status: number) => void (status === 202 ? (stats.reportsSent += 1) : (stats.reportsDropped += 1)),
    }
    const onFlush = (spans: readonly Span[]) => {
      stats.spansSent += spans.length
      const encode = json ? encodeZipkinJson : encodeZipkinProtobuf
      const body = encode(spans, endpoint, config.sharedSpanContext)
      collector.post(json ? 'application/json' : 'application/x-protobuf', body, events)
    }
    const buffer = this.#buffer('tracing.zipkin', MAX_WAITING_SPANS, onFlush, stats)
    return new ZipkinTracer(config, { random, report: (span) => void buffer.add(span), flush: () => buffer.flush() })
  }

  #openTelemetry(config: OpenTelemetryConfig): Tracer {
    const { random, openTelemetryStats: stats, settings } = this.#deps
    if (config.collector === undefined)
      return new OpenTelemetryTracer(config.sampler, { random, report() {}, flush() {} })
    const { environment, version } = settings
    const scope = config.namesScope ? { name: SCOPE_NAME, version } : undefined
    const sender = { attributes: resourceAttributes(config, environment, version), scope }
    const post = this.#otlpPost(config.collector)
    const onFlush = (spans: readonly Span[]) => {
      stats.spansSent += spans.length
      post(encodeExportRequest(spans, sender))
    }
    const buffer = this.#buffer('tracing.opentelemetry', config.maxCacheSize, onFlush, stats)
    const report = (span: Span) => {
      if (!buffer.add(span)) stats.spansDropped += 1
    }
    return new OpenTelemetryTracer(config.sampler, { random, report, flush: () => buffer.flush() })
  }

  /** As Envoy: what becomes of a report is counted with its cluster, and nowhere else. */
  #otlpPost(config: CollectorConfig & { readonly protocol: 'http' | 'grpc' }): (message: Uint8Array) => void {
    const unheard = { onSkipped() {}, onFailed() {}, onAnswered() {} }
    if (config.protocol === 'http') {
      const collector = this.#collector(config, 'tracing.opentelemetry')
      return (message) => collector.post('application/x-protobuf', message, unheard)
    }
    const headers = [...config.headers, ['te', 'trailers'] as const]
    const collector = this.#collector({ ...config, headers }, 'tracing.opentelemetry')
    return (message) => collector.post('application/grpc', grpcFrame(message), unheard)
  }

  #collector(config: CollectorConfig, scope: string): Collector {
    const { clusters, wheel, settings, putCluster } = this.#deps
    const { controlPlaneCluster: own } = settings
    if (own?.name === config.cluster && clusters.get(own.name) === undefined) putCluster(own)
    const timeoutMs = settings.runtime[`${scope}.request_timeout`] ?? REQUEST_TIMEOUT_MS
    return new Collector(config, timeoutMs, clusters, wheel, this.#traffic)
  }

  #buffer(
    scope: string,
    maxSpans: number,
    onFlush: (spans: readonly Span[]) => void,
    stats: { timerFlushed: number },
  ): SpanBuffer {
    const { wheel, settings } = this.#deps
    const wanted = settings.runtime[`${scope}.min_flush_spans`] ?? MIN_FLUSH_SPANS
    const minSpans = Math.min(Math.max(1, wanted), MAX_WAITING_SPANS)
    const intervalMs = settings.runtime[`${scope}.flush_interval_ms`] ?? FLUSH_INTERVAL_MS
    const onTimer = () => void (stats.timerFlushed += 1)
    return new SpanBuffer({ wheel, minSpans, intervalMs, maxSpans, onFlush, onTimer })
  }
}

/** Length-prefixed, not compressed (gRPC over HTTP/2). */
function grpcFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(5 + message.byteLength)
  frame[0] = 0
  frame.writeUInt32BE(message.byteLength, 1)
  frame.set(message, 5)
  return frame
}
