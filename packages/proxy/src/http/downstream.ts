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
  /** @param endStream no body follows */
  sendHead(exchange: StreamExchange, endStream: boolean): void
  sendText(text: string): void
  sendBytes(buffer: Buffer, start: number, end: number): void
  /** The body is complete. */
  end(): void
  /** Cuts the response, so that the client sees that it is not complete. */
  reset(): void
  /** Close the connection after this response. */
  closeAfterResponse(): void
  /** Sends 101 with `exchange.responseFields`; from here on bytes pass in both directions as they are. */
  startTunnel(exchange: StreamExchange): void
  /** The peer of a tunnel has sent its last byte. */
  endTunnel(): void
  pauseRequest(): void
  resumeRequest(): void
}
