/**
 * The configuration of the data plane as plain, immutable data: what `config/` makes of xDS, and all that the rest of
 * the proxy knows of it. No protobuf, no functions, so that it can be posted to worker threads; each worker compiles it
 * (`route/`, `telemetry/`, `listener/`).
 *
 * Names and semantics are Envoy's (v3 API); durations are milliseconds; 0 means "no limit" only where it says so.
 */

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ListenerConfig {
  readonly name: string
  readonly address: Address
  /** In order; the first whose `match` holds takes the connection. */
  readonly filterChains: readonly FilterChainConfig[]
  readonly trafficDirection: 'inbound' | 'outbound' | 'unspecified'
  /** Other programs may listen on the same address if they want that, too: so a proxy's replacement starts beside it. */
  readonly reusePort: boolean
}

export interface FilterChainConfig {
  readonly name: string
  /** The terminal network filter. */
  readonly http: HttpConnectionManagerConfig
}

export interface HttpConnectionManagerConfig {
  readonly statPrefix: string
  readonly routes: RouteSource
  /** In order; the router is last and implied. */
  readonly filters: readonly HttpFilterConfig[]
  readonly accessLogs: readonly AccessLogConfig[]
  /** Value of the `server` response header; default `envoy`. `pass-through` leaves the upstream's. */
  readonly serverHeader: { readonly mode: 'overwrite' | 'append-if-absent' | 'pass-through'; readonly name: string }
  /** True at an edge: the peer's address is the client's (appended to x-forwarded-for; x-envoy-* from outside dropped). */
  readonly useRemoteAddress: boolean
  readonly xffNumTrustedHops: number
  readonly generateRequestId: boolean
  readonly preserveExternalRequestId: boolean
  readonly alwaysSetRequestIdInResponse: boolean
  /** Whole stream idle, ms; default 300,000; 0 = no limit. */
  readonly streamIdleTimeoutMs: number
  /** Connection without a request, ms; default 3,600,000; 0 = no limit. */
  readonly idleTimeoutMs: number
  /** From the first byte of a request to its end; 0 = no limit. */
  readonly requestTimeoutMs: number
  /** From the first byte of a request to the end of its head; 0 = no limit. */
  readonly requestHeadersTimeoutMs: number
  /** After `Connection: close` was announced, ms; default 5,000. */
  readonly drainTimeoutMs: number
  /** Requests on one connection before it is closed gracefully; 0 = no limit. */
  readonly maxRequestsPerConnection: number
  /** Default 60 KiB. */
  readonly maxRequestHeadersBytes: number
  /** Default 100. */
  readonly maxHeadersCount: number
  readonly normalizePath: boolean
  readonly mergeSlashes: boolean
  /** Upgrades that are allowed, lower case: `websocket`. */
  readonly upgrades: readonly string[]
  readonly acceptHttp10: boolean
  /** `via` header to append; '' = none. */
  readonly via: string
}

/** Routes given with the listener, or a named route configuration that comes by RDS. */
export type RouteSource =
  | { readonly kind: 'inline'; readonly routes: RouteConfig }
  | {
      readonly kind: 'rds'
      readonly name: string
      /** Wait for it before the listener opens without, ms; default 15,000; 0 = for ever. */
      readonly timeoutMs?: number
    }

export type HttpFilterConfig =
  | { readonly kind: 'stats'; readonly reporter: 'source' | 'destination' }
  | { readonly kind: 'peer-metadata'; readonly direction: 'inbound' | 'outbound' }
  | { readonly kind: 'fault'; readonly fault: FaultConfig }
  | { readonly kind: 'cors' }

export interface FaultConfig {
  readonly delay?: { readonly ms: number; readonly percent: Fraction }
  readonly abort?: { readonly status: number; readonly percent: Fraction }
}

/** A share of requests: `numerator / denominator`. */
export interface Fraction {
  readonly numerator: number
  readonly denominator: 100 | 10_000 | 1_000_000
}

export interface RouteConfig {
  readonly name: string
  readonly virtualHosts: readonly VirtualHostConfig[]
  /** Decides how the Host header's port is seen. */
  readonly ignorePortInHostMatching: boolean
  readonly headers: HeaderMutations
  readonly validateClusters: boolean
}

export interface VirtualHostConfig {
  readonly name: string
  /** Exact, `*.suffix`, `prefix.*` or `*`; matched in Envoy's order: exact, longest suffix, longest prefix, `*`. */
  readonly domains: readonly string[]
  readonly routes: readonly RouteEntry[]
  readonly headers: HeaderMutations
  readonly requireTls: 'none' | 'external' | 'all'
  readonly retry?: RetryConfig
  readonly includeRequestAttemptCount: boolean
}

export interface RouteEntry {
  readonly name: string
  readonly match: RouteMatch
  readonly action: RouteAction | RedirectAction | DirectResponseAction
  readonly headers: HeaderMutations
  /** Per-route filter configuration that this build knows. */
  readonly fault?: FaultConfig
}

export interface RouteMatch {
  readonly path:
    | { readonly kind: 'prefix' | 'exact' | 'separated-prefix'; readonly value: string }
    | { readonly kind: 'regex'; readonly value: string }
    | { readonly kind: 'connect' }
  /** Default true. Holds for prefix, exact and separated-prefix. */
  readonly caseSensitive: boolean
  readonly headers: readonly HeaderMatch[]
  readonly query: readonly QueryMatch[]
  readonly fraction?: Fraction
}

/** `name` is lower case; pseudo headers are `:method`, `:path`, `:authority`, `:scheme`. */
export interface HeaderMatch {
  readonly name: string
  readonly invert: boolean
  /** A missing header is matched as ''. */
  readonly treatMissingAsEmpty: boolean
  readonly match:
    | StringMatch
    | { readonly kind: 'present'; readonly value: boolean }
    | { readonly kind: 'range'; readonly start: number; readonly end: number }
}

export interface QueryMatch {
  readonly name: string
  readonly match: StringMatch | { readonly kind: 'present'; readonly value: boolean }
}

/** `regex` is RE2 and must match the whole value. */
export interface StringMatch {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex'
  readonly value: string
  readonly ignoreCase: boolean
}

export interface RouteAction {
  readonly kind: 'route'
  /** One entry for a plain cluster. Weights are relative to their sum. */
  readonly clusters: readonly WeightedCluster[]
  /** Take the cluster's name from this header instead. */
  readonly clusterHeader?: string
  /** Status if the cluster does not exist; default 503. */
  readonly clusterNotFoundStatus: number
  readonly prefixRewrite?: string
  readonly regexRewrite?: { readonly regex: string; readonly substitution: string }
  readonly hostRewrite?:
    | { readonly kind: 'literal'; readonly value: string }
    | { readonly kind: 'auto' }
    | { readonly kind: 'header'; readonly value: string }
  readonly appendXForwardedHost: boolean
  /** Whole exchange; Envoy's default 15,000; 0 = no limit. */
  readonly timeoutMs: number
  /** Overrides the connection manager's; undefined = that one. */
  readonly idleTimeoutMs?: number
  readonly retry?: RetryConfig
  readonly mirrors: readonly { readonly cluster: string; readonly fraction?: Fraction }[]
  readonly hashPolicies: readonly HashPolicy[]
  readonly upgrades: readonly string[]
}

export interface WeightedCluster {
  readonly name: string
  readonly weight: number
  readonly headers: HeaderMutations
  readonly hostRewriteLiteral?: string
}

export type HashPolicy =
  | { readonly kind: 'header'; readonly name: string; readonly terminal: boolean }
  | {
      readonly kind: 'cookie'
      readonly name: string
      readonly ttlMs?: number
      readonly path: string
      readonly terminal: boolean
    }
  | { readonly kind: 'source-ip'; readonly terminal: boolean }
  | { readonly kind: 'query'; readonly name: string; readonly terminal: boolean }

export interface RetryConfig {
  /** Envoy's words: `5xx`, `gateway-error`, `reset`, `reset-before-request`, `connect-failure`, `refused-stream`, `retriable-status-codes`, … */
  readonly on: readonly string[]
  /** Retries after the first try; Envoy's default 1. */
  readonly numRetries: number
  /** 0 = none. */
  readonly perTryTimeoutMs: number
  readonly statusCodes: readonly number[]
  /** Tries at picking an endpoint that was not tried before. */
  readonly hostSelectionAttempts: number
  readonly avoidPreviousHosts: boolean
  readonly backoff: { readonly baseMs: number; readonly maxMs: number }
}

export interface RedirectAction {
  readonly kind: 'redirect'
  readonly status: number
  readonly scheme?: string
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly prefixRewrite?: string
  readonly stripQuery: boolean
}

export interface DirectResponseAction {
  readonly kind: 'direct'
  readonly status: number
  readonly body: string
}

/** Applied in Envoy's order; values may hold format commands (`%DOWNSTREAM_REMOTE_ADDRESS%`). */
export interface HeaderMutations {
  readonly request: readonly HeaderOp[]
  readonly response: readonly HeaderOp[]
}

export type HeaderOp =
  | {
      readonly op: 'append' | 'set' | 'add-if-absent' | 'set-if-present'
      readonly name: string
      readonly value: string
    }
  | { readonly op: 'remove'; readonly name: string }

export interface AccessLogConfig {
  /** File path; `/dev/stdout` and `/dev/stderr` are the process's own. */
  readonly path: string
  readonly format:
    | { readonly kind: 'text'; readonly template: string }
    | { readonly kind: 'json'; readonly template: unknown }
}

export interface ClusterConfig {
  readonly name: string
  readonly altStatName: string
  readonly discovery: 'static' | 'eds' | 'strict-dns' | 'logical-dns' | 'original-dst'
  /** Name of the ClusterLoadAssignment (EDS); the cluster's own by default. */
  readonly edsServiceName: string
  /** Wait for endpoints before the cluster is used without (EDS), ms; default 15,000; 0 = for ever. */
  readonly edsTimeoutMs?: number
  /** For static and DNS clusters. */
  readonly endpoints?: EndpointsConfig
  readonly balancer: 'round-robin' | 'least-request' | 'random' | 'ring-hash' | 'maglev' | 'cluster-provided'
  /** Choices of least-request; default 2. */
  readonly choiceCount: number
  readonly connectTimeoutMs: number
  readonly limits: CircuitLimits
  /** Percent of healthy endpoints below which health is not heeded; default 50. */
  readonly panicThreshold: number
  readonly protocol: 'http1' | 'http2' | 'downstream'
  /** Upstream connection without a request; default 3,600,000; 0 = no limit. */
  readonly idleTimeoutMs: number
  readonly maxRequestsPerConnection: number
  readonly bindSource?: string
  /** `filter_metadata` as JSON: `istio.services` names the service for metrics. */
  readonly metadata: Metadata
}

/** Envoy's defaults: 1,024 connections, 1,024 pending, 1,024 requests, 3 retries. */
export interface CircuitLimits {
  readonly maxConnections: number
  readonly maxPendingRequests: number
  readonly maxRequests: number
  readonly maxRetries: number
}

export type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface EndpointsConfig {
  readonly clusterName: string
  readonly endpoints: readonly EndpointConfig[]
}

export interface EndpointConfig {
  readonly address: Address
  readonly weight: number
  readonly priority: number
  readonly locality: {
    readonly region: string
    readonly zone: string
    readonly subZone: string
    readonly weight: number
  }
  readonly health: 'healthy' | 'unhealthy' | 'draining' | 'degraded'
  readonly metadata: Metadata
}
