import type { Client } from '../client.ts'
import type { Http2Client } from './http2-client.ts'
import type { Http2Origin } from './http2-origin.ts'
import type { RawOrigin } from './raw-origin.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a case has to play with: connections to its own listener, and the servers behind its own cluster. */
export interface World {
  /** A raw HTTP/1.1 connection. */
  http1(): Promise<Client>
  http2(): Promise<Http2Client>
  /** Answers where the case's `upstream` is `http2`. */
  readonly http2Origin: Http2Origin
  /** Answers where it is `raw`. */
  readonly rawOrigin: RawOrigin
}

/** A listener, a route and a cluster of its own, and what a client and a server do with them. */
export interface ProtocolCase {
  readonly name: string
  /** What the server behind the cluster is; `none`: nobody listens there. */
  readonly upstream: 'http2' | 'raw' | 'none'
  /** Fields of Envoy's messages, as JSON, over those of `configuration.ts`. */
  readonly manager?: Fields
  readonly filters?: readonly Fields[]
  readonly router?: Fields
  readonly virtualHost?: Fields
  readonly match?: Fields
  readonly route?: Fields
  /** In place of `route`. */
  readonly direct?: Fields
  readonly cluster?: Fields
  /** Protocol of the cluster; default: what `upstream` is. */
  readonly options?: Fields
  /** In place of Istio's format (`SubstitutionFormatString`); its lines are compared as they are. */
  readonly logFormat?: Fields
  /** What the client did and saw: compared between the data planes. */
  readonly play: (world: World) => Promise<unknown>
  /** Lines of the access log that a play ends with, where its requests do not end together; default 1. */
  readonly logLines?: number
  /** Which connection to the server a request takes is chance. */
  readonly anyConnection?: true
  /** What Envoy shows must match this (part of `play`'s result), so that both failing alike does not pass. */
  readonly shows: unknown
  /** Where ours differs from Envoy on purpose: what ours shows instead. */
  readonly ours?: { readonly because: string; readonly shows: unknown }
}
