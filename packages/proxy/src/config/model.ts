/**
 * The configuration of the data plane as plain, immutable data: what `config/` makes of xDS, and all that the rest of
 * the proxy knows of it. No protobuf, no functions, so that it can be posted to worker threads; each worker compiles it
 * (`route/`, `telemetry/`, `listener/`).
 *
 * Names and semantics are Envoy's (v3 API); durations are milliseconds; 0 means "no limit" only where it says so.
 */

import type { Address } from './address.ts'
import type { DnsCacheConfig } from './cluster-model.ts'
import type { ConnectionPredicate } from './connection-predicate.ts'
import type { Http2Options } from './http2-options.ts'
import type { FaultConfig, OnDemandClusters, RouteConfig } from './route-model.ts'
import type { DownstreamTlsConfig } from './tls-model.ts'
import type { RequestIdConfig, TracingConfig } from './tracing-model.ts'

export interface ListenerConfig {
  readonly name: string
  readonly address: Address
  /** In order; they look at a connection before its filter chain is chosen. */
  readonly listenerFilters: readonly InstalledListenerFilter[]
  /** For all listener filters together, ms; default 15,000; 0 = no limit. */
  readonly listenerFiltersTimeoutMs: number
  /** When that time is up: go on with what is known (protocol detection), or close the connection. */
  readonly continueOnListenerFiltersTimeout: boolean
  /** The most specific match takes a connection, as Envoy orders it (`listener/filter-chain-table.ts`). */
  readonly filterChains: readonly FilterChainConfig[]
  /** Takes what matches none; without it such connections are closed. */
  readonly defaultFilterChain?: FilterChainConfig
  readonly trafficDirection: 'inbound' | 'outbound' | 'unspecified'
  /** Other programs may listen on the same address if they want that, too: so a proxy's replacement starts beside it. */
  readonly reusePort: boolean
  /** Listens nowhere: it gets connections from listeners that hand over. */
  readonly virtual?: boolean
  /** A connection whose destination was restored goes to the listener of that address, if there is one. */
  readonly handsOver?: boolean
  /** Takes connections to any address that is routed here (TPROXY). */
  readonly transparent?: boolean
  /** Its address need not be this machine's (yet). */
  readonly freebind?: boolean
  /** Its connections go on while the operator says that the proxy is not healthy; default false. */
  readonly drainsOnModificationOnly?: boolean
}

export type ListenerFilterConfig =
  | { readonly kind: 'original-dst' }
  | {
      readonly kind: 'proxy-protocol'
      readonly allowWithout: boolean
      readonly disallowed: readonly (1 | 2)[]
      /** Types of the TLVs that upstreams may be told. */
      readonly passThrough: 'all' | readonly number[]
    }
  | { readonly kind: 'tls-inspector'; readonly maxClientHelloBytes: number; readonly closeOnError: boolean }
  | { readonly kind: 'http-inspector' }
  | DiscoveredListenerFilter
  /** One whose configuration has not come: it closes every connection. */
  | { readonly kind: 'missing' }

/** A listener filter in its place. */
export type InstalledListenerFilter = ListenerFilterConfig & {
  /** Connections that it does not look at; none by default. */
  readonly disabledFor?: ConnectionPredicate
}

export interface FilterChainConfig {
  readonly name: string
  readonly match: FilterChainMatch
  /** TLS is terminated here; without it bytes are taken as they come. */
  readonly tls?: DownstreamTlsConfig
  /** For the TLS handshake, ms; 0 = a minute. */
  readonly transportSocketConnectTimeoutMs: number
  /** The terminal network filter. */
  readonly network: NetworkConfig
}

export type NetworkConfig =
  | { readonly kind: 'http'; readonly http: HttpConnectionManagerConfig }
  | { readonly kind: 'tcp'; readonly tcp: TcpProxyConfig }
  /** Some of its filters come by name; only in listeners that are not in use (`discovered-filters.ts`). */
  | { readonly kind: 'incomplete'; readonly filters: readonly (NetworkFilterConfig | DiscoveredNetworkFilter)[] }
  /** The configuration of one of its filters has not come: each connection is closed. */
  | { readonly kind: 'missing' }

/** One network filter, before it is known what the whole chain does. */
export type NetworkFilterConfig =
  | { readonly kind: 'http'; readonly http: HttpConnectionManagerConfig }
  | { readonly kind: 'tcp-proxy'; readonly tcp: Omit<TcpProxyConfig, 'clusterFromServerName' | 'reporters'> }
  | { readonly kind: 'sni-cluster' }
  | { readonly kind: 'stats'; readonly reporter: 'source' | 'destination' }

/** All that is given must hold; what is empty (or 0) holds for everything. */
export interface FilterChainMatch {
  readonly destinationPort: number
  readonly destinationRanges: readonly CidrRange[]
  /** Lower case: exact, or `*.suffix` for any number of labels. */
  readonly serverNames: readonly string[]
  readonly transportProtocol: string
  readonly applicationProtocols: readonly string[]
  readonly directSourceRanges: readonly CidrRange[]
  readonly sourceType: 'any' | 'local' | 'external'
  readonly sourceRanges: readonly CidrRange[]
  readonly sourcePorts: readonly number[]
}

export interface CidrRange {
  readonly address: string
  /** Bits. */
  readonly length: number
}

/** Envoy's tcp_proxy with the network filters before it. */
export interface TcpProxyConfig {
  readonly statPrefix: string
  /** One entry for a plain cluster. Weights are relative to their sum. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[]
  /** Where the client names a server (SNI), that is the cluster (`sni_cluster`). */
  readonly clusterFromServerName: boolean
  /** Whole connection idle, ms; default 3,600,000; 0 = no limit. */
  readonly idleTimeoutMs: number
  /** Whole connection, ms; 0 = no limit. */
  readonly maxDurationMs: number
  /** Endpoints that are tried; default 1. */
  readonly maxConnectAttempts: number
  readonly accessLogs: readonly AccessLogConfig[]
  /** One for each of Istio's `stats` filters: which side of the call this proxy is. */
  readonly reporters: readonly ('source' | 'destination')[]
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
  /** Undefined = as Envoy's defaults. */
  readonly requestId?: RequestIdConfig
  /** Undefined = nothing is traced. */
  readonly tracing?: TracingConfig
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
  /** What becomes of a path with escaped slashes (`%2F`, `%5C`), before it is normalized; default `keep`. */
  readonly escapedSlashes?: 'keep' | 'reject' | 'redirect' | 'forward'
  /** Default `allow`. */
  readonly headersWithUnderscores?: 'allow' | 'reject' | 'drop'
  /** The port goes from the request's host: if it is the listener's, or whatever it is. */
  readonly stripHostPort?: 'matching' | 'any'
  /** `shop.` is `shop`. */
  readonly stripTrailingHostDot?: boolean
  /** Who comes from here, and from nowhere else before, may say how its requests are routed (`x-envoy-…`). */
  readonly internalNetworks?: readonly CidrRange[]
  /** Of a whole stream, ms; undefined or 0 = no limit. */
  readonly maxStreamDurationMs?: number
  /** A connection is closed gracefully after that, ms; undefined or 0 = no limit. */
  readonly maxConnectionDurationMs?: number
  /** Host of HTTP/1.0 requests that have none; undefined = such requests are refused. */
  readonly defaultHostForHttp10?: string
  /** Upgrades that are allowed, lower case: `websocket`. */
  readonly upgrades: readonly string[]
  /** `auto`: by ALPN, and without TLS by a connection's first bytes. */
  readonly codec: 'auto' | 'http1' | 'http2'
  readonly http2: Http2Options
  /** A connection of HTTP/1.1 outlives a reply of ours with status 400. */
  readonly streamErrorOnInvalidMessage?: boolean
  readonly acceptHttp10: boolean
  /** Trailers pass on HTTP/1.1 connections, too; else they are dropped there. */
  readonly http1Trailers: boolean
  /** Interim responses of upstreams pass (100 among them: then `Expect` does, too). */
  readonly proxy100Continue: boolean
  readonly router: RouterOptions
  /** What becomes of x-forwarded-client-cert; undefined = it is dropped. */
  readonly clientCertificate?: ClientCertificateConfig
  /** `via` header to append; '' = none. */
  readonly via: string
}

/** Envoy's router filter. */
export interface RouterOptions {
  /** Neither requests nor responses get `x-envoy-…` headers of the router's. */
  readonly suppressEnvoyHeaders: boolean
  /** The timeout that a proxy before this one announced (`x-envoy-expected-rq-timeout-ms`) holds here, too. */
  readonly respectExpectedTimeout: boolean
  /** Each try has a span of its own. */
  readonly startChildSpan?: boolean
}

/** Envoy's forward_client_cert_details and set_current_client_cert_details. */
export interface ClientCertificateConfig {
  readonly forward: 'forward' | 'append' | 'replace' | 'always-forward'
  /** In this order. */
  readonly details: readonly ('subject' | 'cert' | 'chain' | 'dns' | 'uri')[]
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
  | { readonly kind: 'grpc-web' }
  | { readonly kind: 'dynamic-forward-proxy'; readonly cache: DnsCacheConfig }
  /** `clusters`: undefined = only virtual hosts are asked for. */
  | { readonly kind: 'on-demand'; readonly clusters?: OnDemandClusters }
  | DiscoveredFilter
  /** One whose configuration has not come: it refuses every request. */
  | { readonly kind: 'missing' }

/** Where a filter's configuration comes from by name (ECDS). */
export interface DiscoverySource {
  readonly name: string
  /** Message types that it may be of. */
  readonly types: readonly string[]
  /** The listener is not used before it has come, but after `timeoutMs` (0 = never) without it. */
  readonly waits: boolean
  readonly timeoutMs: number
}

/** Its configuration comes by name. Only listeners that are not in use have it (`discovered-filters.ts`), as the others. */
export interface DiscoveredFilter extends DiscoverySource {
  readonly kind: 'discovered'
  /** Until it has come. */
  readonly fallback?: readonly HttpFilterConfig[]
}

export interface DiscoveredNetworkFilter extends DiscoverySource {
  readonly kind: 'discovered'
  readonly fallback?: NetworkFilterConfig
}

export interface DiscoveredListenerFilter extends DiscoverySource {
  readonly kind: 'discovered'
  readonly fallback?: ListenerFilterConfig
}

export type AccessLogConfig = FileLogConfig | StreamLogConfig

export interface FileLogConfig {
  /** File path; `/dev/stdout` and `/dev/stderr` are the process's own. */
  readonly path: string
  readonly format: LogFormat
}

export type LogFormat = (
  | { readonly kind: 'text'; readonly template: string }
  | { readonly kind: 'json'; readonly template: unknown }
) & {
  /** Values that there are not leave nothing behind; in JSON their properties neither. */
  readonly omitsEmpty?: boolean
}

/** Envoy's access-log service. */
export interface StreamLogConfig {
  readonly stream: {
    /** Static cluster of the bootstrap that leads to the service. */
    readonly cluster: string
    readonly logName: string
    /** Longest wait of an entry, ms. */
    readonly flushIntervalMs: number
    /** Sent when this much waits, bytes. */
    readonly bufferBytes: number
    /** Lower-case names of headers and trailers to log. */
    readonly requestHeaders: readonly string[]
    readonly responseHeaders: readonly string[]
    readonly responseTrailers: readonly string[]
    readonly tags: readonly LogTag[]
    /** Requests a second that did not fail; undefined = all. Failures are all logged. */
    readonly successesPerSecond?: number
  }
}

/** A value that every entry carries. */
export type LogTag =
  | { readonly name: string; readonly literal: string }
  | {
      readonly name: string
      readonly of: 'host' | 'cluster' | 'route'
      readonly namespace: string
      readonly path: readonly string[]
      readonly otherwise: string
    }

export type { Address } from './address.ts'
export type {
  CircuitLimits,
  ClusterConfig,
  DnsCacheConfig,
  DnsConfig,
  DnsFamily,
  EndpointConfig,
  EndpointsConfig,
  Metadata,
  OriginalDstConfig,
  ProxyProtocolConfig,
} from './cluster-model.ts'
export type { Fraction } from './fraction.ts'
export type {
  DemandedVirtualHost,
  DirectResponseAction,
  FaultConfig,
  HashPolicy,
  HeaderMatch,
  HeaderMutations,
  HeaderOp,
  OnDemandClusters,
  QueryMatch,
  RedirectAction,
  RegexRewrite,
  RetryConfig,
  RouteAction,
  RouteConfig,
  RouteEntry,
  RouteMatch,
  StreamDurationConfig,
  VirtualClusterConfig,
  VirtualHostConfig,
  WeightedCluster,
} from './route-model.ts'
export type { StringMatch } from './string-match.ts'
