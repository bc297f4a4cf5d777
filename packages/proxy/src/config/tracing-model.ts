import type { Fraction } from './fraction.ts'

/** Tracing as plain, immutable data (see `model.ts`). */

/** Envoy's HttpConnectionManager.Tracing. */
export interface TracingConfig extends SamplingConfig {
  /** Spans are `ingress`, or `egress` and the host (Zipkin: the host); Envoy goes by the listener's direction. */
  readonly operation: 'ingress' | 'egress'
  /** Spans tell when bytes came and went. */
  readonly verbose: boolean
  /** Characters of the path that are told; default 256. */
  readonly maxPathTagLength: number
  readonly customTags: readonly TraceTag[]
  /** The proxy is a hop of its own: a request's span is a server's (`spawn_upstream_span`). */
  readonly hop: boolean
  /** Each try has a span of its own below the request's. */
  readonly spansOfTries: boolean
  /** undefined = requests are chosen and marked, but nobody is told. */
  readonly tracer?: TracerConfig
}

/** Parts of the requests; each default is all of them. */
export interface SamplingConfig {
  /** Of those whose client asks for it (`x-client-trace-id`). */
  readonly clientSampling: Fraction
  /** Of those that nobody asked for. */
  readonly randomSampling: Fraction
  /** Of all: the last word. */
  readonly overallSampling: Fraction
}

/** A route's own say in tracing. */
export interface RouteTracingConfig extends SamplingConfig {
  /** Beside the connection manager's; those of the same name replace them. */
  readonly customTags: readonly TraceTag[]
}

/** The name of what a route does. */
export interface DecoratorConfig {
  readonly operation: string
  /** The other side of the call is told, for its own span. */
  readonly propagate: boolean
}

/** What becomes of request ids (Envoy's UuidRequestIdConfig). */
export interface RequestIdConfig {
  /** The decision is written into the id, so that the next proxy decides alike. */
  readonly packTraceReason: boolean
  /** Chance is taken from the id; else all requests are traced. */
  readonly useForTraceSampling: boolean
}

/** A tag of all spans; without a value (and a default) a span does not have it. */
export type TraceTag =
  | { readonly name: string; readonly kind: 'literal'; readonly value: string }
  | { readonly name: string; readonly kind: 'environment'; readonly variable: string; readonly otherwise: string }
  | { readonly name: string; readonly kind: 'request-header'; readonly header: string; readonly otherwise: string }
  | {
      readonly name: string
      readonly kind: 'metadata'
      readonly of: 'request' | 'route' | 'cluster' | 'host'
      /** The namespace, then keys. */
      readonly path: readonly string[]
      readonly otherwise: string
    }

export type TracerConfig = ZipkinConfig | OpenTelemetryConfig

export interface ZipkinConfig {
  readonly kind: 'zipkin'
  readonly collector: CollectorConfig
  readonly encoding: 'json' | 'protobuf'
  readonly traceId128bit: boolean
  /** A server's span has the id of its client's. */
  readonly sharedSpanContext: boolean
  /** The proxy is a hop of its own: a request's span is a server's, and one of a try is a client's. */
  readonly splitSpansForRequest: boolean
  /** W3C's headers are understood where B3's are missing, and set beside them. */
  readonly w3c: boolean
}

export interface OpenTelemetryConfig {
  readonly kind: 'open-telemetry'
  /** undefined = spans are not told; contexts are propagated. */
  readonly collector?: CollectorConfig & { readonly protocol: 'http' | 'grpc' }
  readonly serviceName: string
  readonly resources: readonly ResourceDetectorConfig[]
  readonly sampler?: SamplerConfig
  /** Spans that wait, at most; default 1,024. */
  readonly maxCacheSize: number
  /** Resources say what program tells, and of which service; scopes, which part of it. Default true. */
  readonly namesSdk: boolean
  readonly namesService: boolean
  readonly namesScope: boolean
}

export type ResourceDetectorConfig =
  /** `OTEL_RESOURCE_ATTRIBUTES` */
  { readonly kind: 'environment' } | { readonly kind: 'static'; readonly attributes: Readonly<Record<string, string>> }

export type SamplerConfig =
  | { readonly kind: 'always-on' }
  /** Without a parent the other decides. */
  | { readonly kind: 'parent-based'; readonly root: SamplerConfig }

/** Where reports go. */
export interface CollectorConfig {
  readonly cluster: string
  readonly host: string
  readonly path: string
  /** Names are lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** For one report, ms; 0 = as the tracer's runtime value says. */
  readonly timeoutMs: number
}
