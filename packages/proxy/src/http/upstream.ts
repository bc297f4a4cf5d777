import type { TlsSession } from '../tls/tls-session.ts'
import type { HeaderList } from './header-list.ts'

/** Why an upstream request broke, in Envoy's words (StreamResetReason). */
export type ResetReason =
  | 'overflow'
  | 'connection timeout'
  | 'local connection failure'
  | 'remote connection failure'
  | 'connection termination'
  | 'protocol error'
  | 'local reset'
  | 'remote reset'
  /** The upstream's connection for a CONNECT was reset (HTTP/2: CONNECT_ERROR). */
  | 'remote error with CONNECT request'
  /** The upstream says that it did nothing with the request (HTTP/2: REFUSED_STREAM, or above GOAWAY's last stream). */
  | 'remote refused stream reset'

/** What a request's head consists of, in any protocol. */
export interface RequestFields {
  readonly method: string
  /** Path with query; '' for CONNECT. */
  readonly path: string
  readonly scheme: string
  /** Protocol that the request asks to change to, lower case; `connect` for CONNECT; '' = none. */
  readonly upgrade: string
  /** `content-length` is the only one about framing in here. */
  readonly requestHeaders: HeaderList
}

/** Who waits for the response of an upstream request. All calls come inside an event turn. */
export interface ResponseHandler {
  /** Response heads are read into this list. */
  readonly responseFields: HeaderList
  /** Trailers are read into this list, before `onResponseEnd`. */
  readonly responseTrailers: HeaderList
  /** 100 to 199 without 101; its fields are in `responseFields` and are not kept. The response is yet to come. */
  onInterim(status: number): void
  /**
   * A tunnel was opened if the request asked for one and this is 101, or 200 to 299 after CONNECT. (What HTTP/2 answers
   * to an extended CONNECT is told as 101.)
   * @param endStream no body follows: this is the last call
   */
  onHead(status: number, endStream: boolean): void
  /** Valid during the call only. */
  onBytes(buffer: Buffer, start: number, end: number): void
  /** The last call, except in a tunnel, where only the upstream's half has ended. */
  onResponseEnd(): void
  /** No more of the above comes. `failure` says more about a failed connection ('' = nothing known). */
  onReset(reason: ResetReason, failure: string): void
  /** The upstream takes output again. */
  onUpstreamWritable(): void
}

/** One request on its way to an upstream: a whole HTTP/1.1 connection for its time, or a stream of HTTP/2. */
export interface UpstreamConnection {
  /** '' = none: bytes as they are. */
  readonly protocol: '' | 'HTTP/1.1' | 'HTTP/2'
  /** More output waits than the upstream takes: the source should pause until `onUpstreamWritable`. */
  readonly congested: boolean
  /** Its connection had carried a request before this one: the peer may have closed it while it was idle. */
  readonly reused: boolean
  /** A byte of the response has come. */
  readonly responseBegan: boolean
  readonly localAddress: string
  /** null = plaintext. */
  readonly tls: TlsSession | null
  /**
   * @param authority in place of the request's own
   * @param endStream neither body nor trailers follow, nor `endRequest`
   */
  sendHead(request: RequestFields, authority: string, endStream: boolean): void
  /** Copies what it cannot send at once. */
  sendBytes(buffer: Buffer, start: number, end: number): void
  /** The body is complete. */
  endRequest(): void
  /** As `endRequest`, with these fields behind the body where the protocol's settings allow that. */
  sendTrailers(trailers: HeaderList): void
  /** From here on bytes pass as they are. */
  startTunnel(): void
  /** No more bytes come for the tunnel. */
  endTunnel(): void
  pause(): void
  resume(): void
  /** Gives the request up: the handler hears no more. */
  cancel(): void
}
