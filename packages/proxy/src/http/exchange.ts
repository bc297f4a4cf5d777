import type { ClusterConfig, EndpointConfig, RouteEntry, WeightedCluster } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { Headers } from './headers.ts'

/**
 * One request and its response, as routing, filters, access logs and metrics see them. A mutable record that belongs to
 * one stream; whoever needs something after the end of the stream copies it.
 *
 * Times are milliseconds of the monotonic clock, NaN while they have not happened. Sizes are body bytes.
 */
export interface Exchange {
  /** Wall time of the first byte of the request, ms since the epoch. */
  startTimeMs: number
  /** Monotonic time of the first byte of the request. */
  startedAt: number
  requestEndAt: number
  responseStartAt: number
  endedAt: number
  /** When the upstream request went out, and its response head came in. */
  upstreamStartAt: number
  upstreamHeadAt: number

  method: string
  /** Path with query, as it is now (rewrites change it). */
  path: string
  authority: string
  scheme: string
  /** '' = a TCP connection. */
  protocol: '' | 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'
  /** Protocol that the request asks to change to, lower case: `websocket`; `connect` for CONNECT; '' = none. */
  upgrade: string
  requestHeaders: Headers
  /** Complete with the request. */
  requestTrailers: Headers
  requestBytes: number
  /** Size of the request's head on the wire, bytes. Metrics of sizes count heads too, as Istio's do. */
  requestHeadBytes: number

  /** 0 until there is a response (and in the log if the client left before). */
  status: number
  responseHeaders: Headers | null
  /** Complete with the response. */
  responseTrailers: Headers
  responseBytes: number
  /** Size of the response's head on the wire, bytes; 0 until it is sent. */
  responseHeadBytes: number
  /** Bits of `ResponseFlag`. */
  flags: number
  /** Envoy's response code details: `via_upstream`, `route_not_found`, …; '' = none. */
  details: string
  /** '' = none. */
  connectionTerminationDetails: string
  upstreamFailure: string

  /** The client's connection; null = there is none (a request of our own). */
  connection: ConnectionInfo | null
  downstreamLocalAddress: string
  downstreamRemoteAddress: string
  requestedServerName: string
  /** Whether the request was a call of gRPC before the route changed its content type; undefined = it did not. */
  cameAsGrpc: boolean | undefined
  requestId: string
  /** Null = requests are not traced here, or this one is not routed yet. */
  readonly trace: TraceIds | null
  /** The caller is one of ours (Envoy: internal): what its `x-envoy-…` headers say holds. */
  trusted: boolean

  route: RouteEntry | null
  virtualHostName: string
  /** '' = none. */
  virtualClusterName: string
  /** The chosen one of the route's clusters. */
  target: WeightedCluster | null
  cluster: ClusterConfig | null
  /** The one that answered, or was tried last. */
  endpoint: EndpointConfig | null
  /** `host:port`; '' = none. */
  upstreamHost: string
  upstreamLocalAddress: string
  /** null = plaintext, or there was no connection. */
  upstreamTls: TlsSession | null
  /** '' until a request went out. */
  upstreamProtocol: '' | 'HTTP/1.1' | 'HTTP/2'
  upstreamAttempts: number

  /** Peer metadata as the peer-metadata filter found it; undefined = unknown peer. */
  downstreamPeer: Peer | undefined
}

/** Of a request's own span; '' = there is none. */
export interface TraceIds {
  readonly traceId: string
  readonly spanId: string
  /** Its spans are told. */
  readonly sampled: boolean
}

/** What metrics say about a workload (Istio's standard labels); '' = unknown. */
export interface Peer {
  readonly workload: string
  readonly namespace: string
  readonly app: string
  readonly version: string
  readonly cluster: string
  readonly canonicalService: string
  readonly canonicalRevision: string
  readonly principal: string
}

/**
 * Envoy's response flags; the log shows their short names in this order, joined by commas. Envoy shows them in the order
 * in which it set them: where more than one can be set, this is that order.
 */
export const ResponseFlag = {
  DI: 1 << 0,
  FI: 1 << 1,
  RL: 1 << 2,
  UAEX: 1 << 3,
  UH: 1 << 4,
  URX: 1 << 5,
  UF: 1 << 6,
  UO: 1 << 7,
  NR: 1 << 8,
  NC: 1 << 9,
  UT: 1 << 10,
  UR: 1 << 11,
  UC: 1 << 12,
  UPE: 1 << 13,
  DPE: 1 << 14,
  SI: 1 << 15,
  DT: 1 << 16,
  UMSDR: 1 << 17,
  OM: 1 << 18,
  DC: 1 << 19,
  DF: 1 << 20,
  DR: 1 << 21,
  NFCF: 1 << 22,
} as const
