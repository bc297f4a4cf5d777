import type { UpstreamStep } from '../upstream.ts'

/** A listener with its own tracing configuration, and the requests that are sent to it. */
export interface Scene {
  readonly name: string
  /** Fields of the connection manager. `tracing` may name the tracer by what `tracers.ts` makes. */
  readonly manager: Readonly<Record<string, unknown>>
  /** Envoy's direction of the listener; default OUTBOUND. */
  readonly direction?: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  /** Routes of the one virtual host; default: everything to the server. */
  readonly routes?: readonly unknown[]
  /** Fields of the router filter. */
  readonly router?: Readonly<Record<string, unknown>>
  readonly cases: readonly TracingCase[]
}

export interface TracingCase {
  readonly name: string
  /** A GET of `/`, with these besides the host: `name: value`. */
  readonly headers?: readonly string[]
  readonly method?: string
  readonly path?: string
  readonly body?: string
  /** A call over HTTP/2 in place of all this, to the cluster `server-http2`. */
  readonly call?: Http2Call
  /** Answers of the server, in turn, as bytes; then 200. null = it closes the connection. */
  readonly answers?: readonly (string | null | UpstreamStep)[]
  /** The client does not wait for an answer, but goes once the server has its request. */
  readonly leaves?: boolean
  /** How many requests the server gets, if more than one at a time (they may come in any order). */
  readonly requests?: number
  /** How many spans the collectors get. */
  readonly spans: number
  /** What makes the case worth having: each of these is somewhere in what Envoy lets see. */
  readonly shows?: readonly string[]
  /** Where ours differs from Envoy on purpose. */
  readonly ours?: { readonly because: string }
}

export interface Http2Call {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** What the server says beside its 200. */
  readonly response?: Readonly<Record<string, string>>
  readonly trailers?: Readonly<Record<string, string>>
}
