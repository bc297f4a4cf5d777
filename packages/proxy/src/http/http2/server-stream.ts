import type { ConnectionInfo } from '../../listener/connection-info.ts'
import type { Downstream } from '../downstream.ts'
import { ResponseFlag } from '../exchange.ts'
import type { HeaderList } from '../header-list.ts'
import { Stream } from '../stream.ts'
import type { StreamExchange } from '../stream-exchange.ts'
import type { StreamRuntime } from '../stream-runtime.ts'
import { ErrorCode } from './error-code.ts'
import type { Http2Session } from './session.ts'
import { SessionStream } from './session-stream.ts'

/** The connection, as its streams see it. */
export interface StreamConnection {
  readonly runtime: StreamRuntime
  readonly addresses: ConnectionInfo
  readonly session: Http2Session
  /** @param fields null = none @returns bytes on the wire */
  sendHead(stream: SessionStream, status: number, fields: HeaderList | null, endStream: boolean): number
  /** The client has reset a stream. */
  onReset(exchange: StreamExchange): void
  /** The stream has ended; its object may serve another request. */
  recycle(stream: Http2ServerStream): void
}

/** A request on its stream of an HTTP/2 connection, and its response. Reused for the next one. */
export class Http2ServerStream extends SessionStream implements Downstream {
  readonly stream: Stream
  readonly #connection: StreamConnection
  #inTunnel = false
  /** The response is complete or cut: `stream` wants to hear no more. */
  #responded = false

  constructor(connection: StreamConnection) {
    super()
    this.#connection = connection
    this.stream = new Stream(connection.runtime, this, connection.addresses)
  }

  /** A request begins on this stream. */
  prepare(): void {
    this.#inTunnel = false
    this.#responded = false
  }

  /** The connection is gone. @param error what ended it; '' = the client left */
  onConnectionClosed(error: string): void {
    if (this.#responded) return
    this.#responded = true
    if (this.violation !== '') this.stream.onDownstreamClosed(this.violation, ResponseFlag.DPE)
    else if (error !== '') this.stream.onDownstreamClosed(`codec_error:${error.replaceAll(' ', '_')}`, ResponseFlag.DPE)
    else this.stream.onDownstreamClosed()
  }

  /** The request breaks a limit: as Envoy, there is no answer. */
  refuse(details: string): void {
    this.#responded = true
    this.#connection.session.reset(this, ErrorCode.internalError)
    this.stream.onDownstreamClosed(details, ResponseFlag.DR)
    this.#connection.recycle(this)
  }

  // From the session.

  protected onBody(buffer: Buffer, start: number, end: number): void {
    if (!this.#responded) this.stream.onRequestBytes(buffer, start, end)
  }

  protected onBodyEnd(): void {
    if (this.#responded) return
    if (this.#inTunnel) this.stream.onTunnelEnd()
    else if (this.stream.exchange.upgrade === '') this.stream.onRequestEnd()
  }

  onWritable(): void {
    if (!this.#responded) this.stream.onDownstreamWritable()
  }

  onCut(_code: number, byPeer: boolean): void {
    if (!this.#responded) {
      this.#responded = true
      if (byPeer) this.#connection.onReset(this.stream.exchange)
      const flag = byPeer ? ResponseFlag.DR : ResponseFlag.DPE
      this.stream.onDownstreamClosed(this.violation === '' ? 'http2.remote_reset' : this.violation, flag)
    }
    this.#connection.recycle(this)
  }

  onClosed(): void {
    this.#connection.recycle(this)
  }

  // Downstream: what the stream answers.

  sendContinue(): void {
    this.#connection.sendHead(this, 100, null, false)
  }

  sendInterim(status: number, exchange: StreamExchange): void {
    this.#connection.sendHead(this, status, exchange.responseFields, false)
  }

  sendHead(exchange: StreamExchange, endStream: boolean): void {
    if (exchange.status === 204) exchange.responseFields.remove('content-length')
    exchange.responseHeadBytes = this.#connection.sendHead(this, exchange.status, exchange.responseFields, endStream)
    // The stream closes with `end`.
    if (endStream) this.localEnded = true
  }

  sendText(text: string): void {
    this.#connection.session.sendText(this, text)
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    this.#connection.session.sendData(this, buffer, start, end)
  }

  end(): void {
    this.#finish()
    if (this.localEnded) this.#connection.session.closeIfDone(this)
    else this.#connection.session.endStream(this)
  }

  sendTrailers(exchange: StreamExchange): void {
    this.#finish()
    this.#connection.session.sendTrailers(this, exchange.responseTrailers)
  }

  reset(): void {
    this.#responded = true
    this.#connection.session.reset(this, ErrorCode.internalError)
    this.#connection.recycle(this)
  }

  /** One stream says nothing about its connection. */
  closeAfterResponse(): void {}

  startTunnel(exchange: StreamExchange): void {
    // RFC 8441 5: what is 101 in HTTP/1.1.
    const { responseFields } = exchange
    for (const name of ['connection', 'upgrade', 'content-length']) responseFields.remove(name)
    this.#connection.sendHead(this, exchange.status === 101 ? 200 : exchange.status, responseFields, false)
    const ended = this.bodyEnded
    this.#inTunnel = true
    this.resume()
    if (ended) this.stream.onTunnelEnd()
  }

  endTunnel(): void {
    this.#connection.session.endStream(this)
  }

  pauseRequest(): void {
    this.pause()
  }

  resumeRequest(): void {
    this.resume()
  }

  /** What is missing of the request is wanted no more. */
  #finish(): void {
    this.#responded = true
    this.discardInput()
  }
}
