import type { Clock, Timer } from '@mizzen/base'
import { FrameReader, frame } from './grpc-frames.ts'
import { Http2Call } from './http2-call.ts'

export interface GrpcStreamOptions {
  /** `host:port`, plaintext. */
  readonly target: string
  /** `/package.Service/Method` */
  readonly path: string
  readonly clock: Clock
  readonly maxMessageBytes: number
  /** What may wait for a server that does not read, bytes; more than that ends the stream. Default 16 MiB. */
  readonly maxUnsentBytes?: number
  /** There is a connection. */
  readonly onOpen?: () => void
  readonly onMessage: (bytes: Buffer) => void
  /** Called once. */
  readonly onEnd: (reason: string) => void
}

/** Milliseconds until a connection must stand. */
const CONNECT_MS = 5_000
/** Milliseconds between pings, and until each must be answered: a server whose machine died is found within 30 s. */
const PING_MS = 20_000
const PING_ANSWER_MS = 10_000

/**
 * One bidirectional gRPC call on an HTTP/2 connection of its own. Messages are bytes; there is no compression. Used in each
 * proxy, where a whole gRPC library costs more memory than all else that the proxy loads.
 */
export class GrpcStream {
  readonly #options: GrpcStreamOptions
  readonly #call: Http2Call
  #timer: Timer
  #ended = false

  constructor(options: GrpcStreamOptions) {
    this.#options = options
    this.#timer = options.clock.after(CONNECT_MS, () => this.#end(`no connection within ${CONNECT_MS} ms`))
    const reader = new FrameReader(options.maxMessageBytes)
    this.#call = new Http2Call({
      target: options.target,
      headers: [
        [':method', 'POST'],
        [':scheme', 'http'],
        [':path', options.path],
        [':authority', options.target],
        ['te', 'trailers'],
        ['content-type', 'application/grpc'],
      ],
      maxUnsentBytes: options.maxUnsentBytes,
      onConnect: () => {
        this.#ping()
        if (!this.#ended) options.onOpen?.()
      },
      onHeaders: (headers, last) => this.#takeHeaders(headers, last),
      onData: (chunk) => this.#read(reader, chunk),
      onPong: () => this.#ping(),
      onEnd: (reason) => this.#end(reason),
    })
  }

  send(message: Uint8Array): void {
    if (!this.#ended) this.#call.write(frame(message))
  }

  /** There is nothing more to send: `onEnd` follows when the server has taken all of it. */
  finish(): void {
    if (!this.#ended) this.#call.finish()
  }

  /** Ends it now; `onEnd` is not called. */
  destroy(): void {
    this.#ended = true
    this.#timer.cancel()
    this.#call.destroy()
  }

  /** Of the response, and then its trailers; or, of a call that failed at once, both in one. */
  #takeHeaders(headers: ReadonlyMap<string, string>, last: boolean): void {
    const status = headers.get(':status')
    const problem =
      statusOf(headers) ?? (status === undefined || status === '200' ? undefined : `HTTP status ${status}`)
    if (problem !== undefined) this.#end(problem)
    else if (last) this.#end('stream ended')
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    if (this.#ended) return
    try {
      for (const message of reader.push(chunk)) if (!this.#ended) this.#options.onMessage(message)
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error))
    }
  }

  #ping(): void {
    this.#timer.cancel()
    if (this.#ended) return
    this.#timer = this.#options.clock.after(PING_MS, () => {
      this.#timer = this.#options.clock.after(PING_ANSWER_MS, () => this.#end('ping not answered'))
      this.#call.ping()
    })
  }

  #end(reason: string): void {
    if (this.#ended) return
    this.destroy()
    this.#options.onEnd(reason)
  }
}

/** The gRPC status as one text, if headers or trailers carry one. */
function statusOf(headers: ReadonlyMap<string, string>): string | undefined {
  const status = headers.get('grpc-status')
  if (status === undefined) return undefined
  const message = headers.get('grpc-message')
  return `gRPC status ${status}${message === undefined ? '' : `: ${decodePercent(message)}`}`
}

/** `grpc-message` is percent-encoded; what does not decode is shown as it came. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
