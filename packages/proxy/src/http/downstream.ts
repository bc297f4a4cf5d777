import type { StreamExchange } from './stream-exchange.ts'

/**
 * The client's side of one stream: how a response goes out, whatever the protocol. After `end` or `reset` the stream is
 * over and nothing more may be called.
 */
export interface Downstream {
  /** More output waits than the client takes: the source should pause until `Stream.onDownstreamWritable`. */
  readonly congested: boolean
  /** 100: the client may send its body. */
  sendContinue(): void
  /** An interim response of the upstream's (100 to 199, not 101), with `exchange.responseFields`. */
  sendInterim(status: number, exchange: StreamExchange): void
  /** @param endStream no body follows */
  sendHead(exchange: StreamExchange, endStream: boolean): void
  sendText(text: string): void
  sendBytes(buffer: Buffer, start: number, end: number): void
  /** The body is complete. */
  end(): void
  /** As `end`, with `exchange.responseTrailers` behind the body where the protocol's settings allow that. */
  sendTrailers(exchange: StreamExchange): void
  /** Cuts the response, so that the client sees that it is not complete. */
  reset(): void
  /** Close the connection after this response. */
  closeAfterResponse(): void
  /**
   * Sends `exchange.status` (101, or 200 to 299 after CONNECT) with `exchange.responseFields`; from here on bytes pass in
   * both directions as they are. A codec that has another way to say 101 (HTTP/2: 200) translates.
   */
  startTunnel(exchange: StreamExchange): void
  /** The peer of a tunnel has sent its last byte. When the client has, too, the stream is over. */
  endTunnel(): void
  pauseRequest(): void
  resumeRequest(): void
}
