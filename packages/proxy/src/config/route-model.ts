import type { Metadata } from './cluster-model.ts'
import type { Fraction } from './fraction.ts'
import type { StringMatch } from './string-match.ts'
import type { DecoratorConfig, RouteTracingConfig } from './tracing-model.ts'

/** Routes and faults as plain, immutable data (see `model.ts`). */

export interface FaultConfig {
  readonly delay?: { readonly ms: number; readonly percent: Fraction }
  /** `grpcStatus`: of gRPC calls; undefined = what `status` means there. */
  readonly abort?: { readonly status: number; readonly grpcStatus?: number; readonly percent: Fraction }
}

export interface RouteConfig {
  readonly name: string
  readonly virtualHosts: readonly VirtualHostConfig[]
  /** Decides how the Host header's port is seen. */
  readonly ignorePortInHostMatching: boolean
  readonly headers: HeaderMutations
  /** The route's mutations come last, and so win; default the other way round. A chosen cluster's are the first either way. */
  readonly mostSpecificHeadersWin?: boolean
  readonly validateClusters: boolean
  /** Further virtual hosts come one by one, when requests need them (VHDS). */
  readonly onDemand?: boolean
}

/** A virtual host that a request has asked for, as a part of the route configuration `routes`. */
export interface DemandedVirtualHost {
  readonly routes: string
  /** Of the resource: `routes/host`. */
  readonly name: string
  readonly host: VirtualHostConfig
}

/** Clusters that are not there are asked for, and waited for so long. */
export interface OnDemandClusters {
  readonly timeoutMs: number
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
  /** Groups of requests that logs name, in order. */
  readonly virtualClusters?: readonly VirtualClusterConfig[]
}

export interface VirtualClusterConfig {
  readonly name: string
  /** All of them match. */
  readonly headers: readonly HeaderMatch[]
}

export interface RouteEntry {
  readonly name: string
  readonly match: RouteMatch
  readonly action: RouteAction | RedirectAction | DirectResponseAction
  readonly headers: HeaderMutations
  /** What its author attached, for logs; undefined = nothing. */
  readonly metadata?: Metadata
  /** In place of the connection manager's. */
  readonly tracing?: RouteTracingConfig
  readonly decorator?: DecoratorConfig
  /** Per-route filter configuration that this build knows. */
  readonly fault?: FaultConfig
  /** In place of the filter's; `off`: they are not asked for. */
  readonly onDemandClusters?: OnDemandClusters | 'off'
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
  /** Only calls of gRPC, by their content type. */
  readonly grpc?: boolean
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

export interface RouteAction {
  readonly kind: 'route'
  /** One entry for a plain cluster. Weights are relative to their sum. */
  readonly clusters: readonly WeightedCluster[]
  /** Take the cluster's name from this header instead. */
  readonly clusterHeader?: string
  /** Status if the cluster does not exist; default 503. */
  readonly clusterNotFoundStatus: number
  readonly prefixRewrite?: string
  readonly regexRewrite?: RegexRewrite
  readonly hostRewrite?:
    | { readonly kind: 'literal'; readonly value: string }
    | { readonly kind: 'auto' }
    | { readonly kind: 'header'; readonly value: string }
  readonly appendXForwardedHost: boolean
  /** Whole exchange; Envoy's default 15,000; 0 = no limit. */
  readonly timeoutMs: number
  /** Overrides the connection manager's; undefined = that one. */
  readonly idleTimeoutMs?: number
  /**
   * gRPC calls have the timeout of their `grpc-timeout` header (less `grpcTimeoutOffsetMs`) in place of `timeoutMs`, and
   * at most this; 0 = no limit; undefined = as all requests.
   */
  readonly maxGrpcTimeoutMs?: number
  readonly grpcTimeoutOffsetMs?: number
  readonly maxStreamDuration?: StreamDurationConfig
  readonly retry?: RetryConfig
  readonly mirrors: readonly { readonly cluster: string; readonly fraction?: Fraction }[]
  readonly hashPolicies: readonly HashPolicy[]
  /** Upgrades that are allowed beside the connection manager's, lower case; `connect` for CONNECT. */
  readonly upgrades: readonly string[]
  /** CONNECT ends here: its bytes go to the endpoint as they are. */
  readonly terminatesConnect?: boolean
}

/** How long the whole of a stream may take, from its beginning. */
export interface StreamDurationConfig {
  /** ms; 0 = no limit; undefined = the connection manager's. */
  readonly maxMs?: number
  /** The `grpc-timeout` header holds in place of `maxMs`, and at most this; 0 = no limit; undefined = it does not. */
  readonly grpcHeaderMaxMs?: number
  /** Taken off what the header says. */
  readonly grpcHeaderOffsetMs?: number
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
  /** Responses with one of these are tried again by `retriable-headers`. */
  readonly headerNames?: readonly string[]
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
  readonly regexRewrite?: RegexRewrite
  readonly stripQuery: boolean
}

/** Every match in the path is replaced; the substitution refers to groups as `\\1`. */
export interface RegexRewrite {
  readonly regex: string
  readonly substitution: string
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
      /** Else a value that comes out empty does nothing. */
      readonly keepsEmpty?: boolean
    }
  | { readonly op: 'remove'; readonly name: string }
