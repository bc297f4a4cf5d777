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

/** Who waits for the response of an upstream request. All calls come inside an event turn. */
export interface ResponseHandler {
  /** Response heads are read into this list. */
  readonly responseFields: HeaderList
  /** Interim responses other than 101 are not told. @param endStream no body follows: this is the last call */
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

/** A connection that carries one request now. */
export interface UpstreamConnection {
  readonly congested: boolean
  /** It had carried a request before this one: the peer may have closed it while it was idle. */
  readonly reused: boolean
  /** A byte of the response has come. */
  readonly responseBegan: boolean
  readonly localAddress: string
  /** `head` is complete, with its final empty line. */
  sendHead(head: string, method: string): void
  /** Framed as said by `chunked`. */
  sendBytes(buffer: Buffer, start: number, end: number, chunked: boolean): void
  endRequest(chunked: boolean): void
  /** From here on bytes pass as they are (after 101). */
  startTunnel(): void
  endTunnel(): void
  pause(): void
  resume(): void
  /** Gives the request up: the handler hears no more, the connection closes. */
  cancel(): void
}
