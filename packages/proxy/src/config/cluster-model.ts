/** Clusters and endpoints as plain, immutable data (see `model.ts`). */
import type { Address } from './address.ts'
import type { Http2Options } from './http2-options.ts'
import type { TransportSocketMatch, UpstreamTlsConfig } from './tls-model.ts'

export interface ClusterConfig {
  readonly name: string
  readonly altStatName: string
  readonly discovery: 'static' | 'eds' | 'strict-dns' | 'logical-dns' | 'original-dst' | 'dynamic-forward-proxy'
  /** Name of the ClusterLoadAssignment (EDS); the cluster's own by default. */
  readonly edsServiceName: string
  /** Wait for endpoints before the cluster is used without (EDS), ms; default 15,000; 0 = for ever. */
  readonly edsTimeoutMs?: number
  /** For static and DNS clusters. */
  readonly endpoints?: EndpointsConfig
  /** For DNS clusters. */
  readonly dns?: DnsConfig
  /** For original-dst clusters. */
  readonly originalDst?: OriginalDstConfig
  /** For dynamic-forward-proxy clusters. */
  readonly dnsCache?: DnsCacheConfig
  readonly balancer: 'round-robin' | 'least-request' | 'random' | 'ring-hash' | 'maglev' | 'cluster-provided'
  /** Choices of least-request; default 2. */
  readonly choiceCount: number
  readonly connectTimeoutMs: number
  readonly limits: CircuitLimits
  /** Percent of healthy endpoints below which health is not heeded; default 50. */
  readonly panicThreshold: number
  /** `downstream`: what the client speaks. `alpn`: what the endpoint chooses. */
  readonly protocol: 'http1' | 'http2' | 'downstream' | 'alpn'
  /** Envoy's defaults where it is not given. */
  readonly http2?: Http2Options
  /** Trailers pass on HTTP/1.1 connections, too; else they are dropped there. */
  readonly http1Trailers?: boolean
  /**
   * TLS names the server as the request does (`names`), and expects a certificate for that name (`validates`). `header`
   * says so: `:authority` or another one.
   */
  readonly autoSni?: { readonly names: boolean; readonly validates: boolean; readonly header: string }
  /** Upstream connection without a request; default 3,600,000; 0 = no limit. */
  readonly idleTimeoutMs: number
  readonly maxRequestsPerConnection: number
  /** A connection takes no more requests after that, ms; undefined or 0 = no limit. */
  readonly maxConnectionDurationMs?: number
  /** Silence after which the kernel probes the peer, ms; undefined = it does not. */
  readonly keepAliveMs?: number
  /** A try from its beginning to its end, ms; undefined or 0 = no limit. */
  readonly maxStreamDurationMs?: number
  readonly bindSource?: string
  /** undefined = plaintext. */
  readonly tls?: UpstreamTlsConfig
  /** Before the bytes of TLS, if that is used. */
  readonly proxyProtocol?: ProxyProtocolConfig
  /** By the endpoint's metadata, in order; where none matches `tls` holds. */
  readonly transportSocketMatches?: readonly TransportSocketMatch[]
  /** `filter_metadata` as JSON: `istio.services` names the service for metrics. */
  readonly metadata: Metadata
}

/** What an upstream is told about the client before anything else (PROXY protocol). */
export interface ProxyProtocolConfig {
  readonly version: 1 | 2
  /** Types of the client's TLVs that are passed on (version 2). */
  readonly passThrough: 'all' | readonly number[]
  /** Further TLVs, which replace those of the same type; values are base64. */
  readonly addedTlvs: readonly { readonly type: number; readonly value: string }[]
}

/** How the host names of endpoints are asked for. */
export interface DnsConfig {
  /** `auto`: IPv6 addresses if there are any, else IPv4; `v4-preferred` the other way round. */
  readonly family: DnsFamily
  /** Between questions; default 5,000. */
  readonly refreshMs: number
  /** Between questions after a failure: random, up to a bound that doubles from `baseMs` to `maxMs`. */
  readonly failureRefresh: { readonly baseMs: number; readonly maxMs: number }
  /** Answers say themselves for how long they hold. */
  readonly respectTtl: boolean
}

export type DnsFamily = 'auto' | 'v4-only' | 'v6-only' | 'v4-preferred' | 'all'

export interface OriginalDstConfig {
  /** The destination comes in this request header, lower case; undefined = not by header. */
  readonly header?: string
  readonly portOverride?: number
  /** A destination that nobody uses is forgotten after that; default 5,000. */
  readonly cleanupIntervalMs: number
}

/** Addresses of the hosts that requests name (dynamic forward proxy). Those of the same name are one cache. */
export interface DnsCacheConfig {
  readonly name: string
  readonly dns: DnsConfig
  /** Between questions about a host, at least; default 5,000. */
  readonly minRefreshMs: number
  /** A host that nobody asks for is forgotten after that; default 300,000. */
  readonly hostTtlMs: number
  /** Default 1,024. */
  readonly maxHosts: number
  /** Requests that wait for an answer; default 1,024. */
  readonly maxPending: number
  /** For one question; default 5,000; 0 = no limit. */
  readonly queryTimeoutMs: number
}

/** Envoy's defaults: 1,024 connections, 1,024 pending, 1,024 requests, 3 retries. */
export interface CircuitLimits {
  readonly maxConnections: number
  readonly maxPendingRequests: number
  readonly maxRequests: number
  readonly maxRetries: number
  /** In place of `maxRetries`: retries may be this share of the requests, and always so many. */
  readonly retryBudget?: { readonly percent: number; readonly minConcurrency: number }
  /** undefined = no limit. */
  readonly maxConnectionsPerHost?: number
}

export type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface EndpointsConfig {
  readonly clusterName: string
  readonly endpoints: readonly EndpointConfig[]
}

export interface EndpointConfig {
  readonly address: Address
  /** Its own name, or that by which its address was found. */
  readonly hostname?: string
  /** What it is known by, where its address may change under it; undefined = its address. */
  readonly identity?: string
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
