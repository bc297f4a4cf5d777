import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { Deadline } from './deadline-wheel.ts'
import type { HttpService } from './http-service.ts'
import { Http1ServerConnection } from './http1/server-connection.ts'
import { Http2ServerConnection } from './http2/server-connection.ts'
import type { ServedConnection, ServerPort, ServerRuntime } from './server-port.ts'
import type { Wire, WireHandler } from './wire.ts'

/**
 * Puts a codec on a client's connection: it becomes the wire's handler. Where neither configuration nor ALPN say which
 * one, the first bytes do.
 * @param alpn '' = not negotiated
 */
export function serveHttp(
  wire: Wire,
  port: ServerPort,
  runtime: ServerRuntime,
  addresses: ConnectionInfo,
  alpn: string,
): ServedConnection {
  const { codec } = port.service.config
  const connection =
    codec === 'http2' || (codec === 'auto' && alpn === 'h2')
      ? new Http2ServerConnection(wire, port, runtime, addresses)
      : codec === 'http1' || alpn !== ''
        ? new Http1ServerConnection(wire, port, runtime, addresses)
        : new UndecidedConnection(wire, port, runtime, addresses)
  wire.handler = connection
  return connection
}

/** What an HTTP/2 client sends first, as far as Envoy looks at it; no HTTP/1 request begins so. */
const HTTP2_BEGINS = Buffer.from('PRI * HTTP/2', 'latin1')

/**
 * A plaintext connection: what its first bytes begin with chooses its codec, for which it stands before its port from
 * then on.
 */
class UndecidedConnection implements WireHandler, ServedConnection, ServerPort {
  readonly #wire: Wire
  readonly #port: ServerPort
  readonly #runtime: ServerRuntime
  readonly #addresses: ConnectionInfo
  readonly #deadline: Deadline
  #codec: (WireHandler & ServedConnection) | null = null
  /** Bytes that have come and may be the beginning of HTTP/2. */
  #matched = 0

  constructor(wire: Wire, port: ServerPort, runtime: ServerRuntime, addresses: ConnectionInfo) {
    this.#wire = wire
    this.#port = port
    this.#runtime = runtime
    this.#addresses = addresses
    this.#deadline = runtime.wheel.deadline(() => this.#onIdle())
    this.#deadline.arm(port.service.config.idleTimeoutMs)
  }

  // For the port.

  drain(withinMs: number): void {
    if (this.#codec !== null) this.#codec.drain(withinMs)
    else if (withinMs === 0) this.#wire.destroy()
    else this.#deadline.arm(withinMs)
  }

  destroy(): void {
    this.#wire.destroy()
  }

  // For the codec.

  get service(): HttpService {
    return this.#port.service
  }

  get draining(): boolean {
    return this.#port.draining
  }

  onClosed(): void {
    this.#port.onClosed(this)
  }

  // From the wire, until there is a codec.

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    let at = 0
    let matched = this.#matched
    while (at < length && matched < HTTP2_BEGINS.length && buffer[at] === HTTP2_BEGINS[matched]) {
      at += 1
      matched += 1
    }
    if (matched < HTTP2_BEGINS.length && at === length) {
      this.#matched = matched
      this.#deadline.arm(this.service.config.requestHeadersTimeoutMs || this.service.config.idleTimeoutMs)
      return
    }
    const Codec = matched === HTTP2_BEGINS.length ? Http2ServerConnection : Http1ServerConnection
    const codec = new Codec(this.#wire, this, this.#runtime, this.#addresses)
    this.#deadline.cancel()
    this.#codec = codec
    this.#wire.handler = codec
    // What came before was the beginning of both.
    if (this.#matched > 0) codec.onBytes(Buffer.from(HTTP2_BEGINS.subarray(0, this.#matched)), this.#matched)
    codec.onBytes(buffer, length)
  }

  onEnd(): void {
    this.#wire.destroy()
  }

  onWritable(): void {}

  onClose(): void {
    this.#deadline.cancel()
    this.onClosed()
  }

  #onIdle(): void {
    this.#port.service.stats.downstreamCxIdleTimeout += 1
    this.#wire.destroy()
  }
}
