import type { Clock, Logger, Random } from '@mizzen/base'
import { traceMetrics } from '../own-metrics.ts'
import { collectorAt } from './collector.ts'
import { acceptExport, EXPORT_METHOD, type UnaryCall } from './grpc-intake.ts'
import { type PostAnswer, type SpanPost, takeSpanPost } from './http-intake.ts'
import { GrpcPoster } from './post-by-grpc.ts'
import { postByHttp } from './post-by-http.ts'
import { TraceForwarder } from './trace-forwarder.ts'
import { TraceIntake } from './trace-intake.ts'
import { TraceStore } from './trace-store.ts'
import { answerTraceQuery, type TraceAnswer } from './zipkin-api.ts'

export interface TracesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Passes spans on: `collectorAt` says how. */
  readonly collector?: URL | undefined
  /** Part of the traces that is passed on, 0 to 1; those that are looked at and kept here are all. Default 1. */
  readonly sampling?: number | undefined
}

/** The traces of the mesh: taken in by OTLP and Zipkin, passed on, and the slow and failed ones kept for a while. */
export interface Traces {
  /** gRPC methods, by path. */
  readonly methods: ReadonlyMap<string, (call: UnaryCall) => void>
  takePost(post: SpanPost): Promise<PostAnswer>
  /** Zipkin's API; undefined where it has nothing of that name. @param path what follows `/api/v2/` */
  answer(path: readonly string[], params: URLSearchParams): TraceAnswer | undefined
  /** What is said of all this, in Prometheus' text format. */
  metricsText(): string
  close(): void
}

/** Nothing is on disk: what is kept, and what waits for the collector, goes with `close`. */
export function createTraces({ clock, random, logger, collector, sampling = 1 }: TracesOptions): Traces {
  const store = new TraceStore(clock)
  const target = collector === undefined ? undefined : collectorAt(collector)
  const grpc = target?.by === 'grpc' ? new GrpcPoster(target.url) : undefined
  const post = grpc ? grpc.post.bind(grpc) : target && postByHttp(target.url)
  const forwarder = post && new TraceForwarder({ post, clock, random, logger })
  const intake = new TraceIntake({
    keep: (span) => store.add(span),
    ...(target && forwarder && { forward: { forwarder, collector: target, rate: sampling } }),
  })
  return {
    methods: new Map([[EXPORT_METHOD, (call: UnaryCall) => acceptExport(call, intake)]]),
    takePost: (post) => takeSpanPost(post, intake),
    answer: (path, params) => answerTraceQuery(path, params, store, clock),
    metricsText: () =>
      traceMetrics({
        ...{ spans: intake.taken, rejected: intake.rejected, dropped: store.dropped },
        ...{ forwarded: forwarder?.sent ?? 0, notForwarded: forwarder?.dropped ?? 0 },
        ...{ traces: store.size, bytes: store.bytes },
      }),
    close: () => {
      forwarder?.close()
      grpc?.close()
      store.close()
    },
  }
}
