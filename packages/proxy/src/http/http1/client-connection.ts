import type { Deadline } from '../deadline-wheel.ts'
import type { FieldNames } from '../field-names.ts'
import type { ResetReason, ResponseHandler, UpstreamConnection } from '../upstream.ts'
import type { Wire, WireHandler } from '../wire.ts'
import { BodyDecoder, type BodySink } from './body-decoder.ts'
import { HeadReader } from './head-reader.ts'
import { MessageHead } from './message-head.ts'
import { parseStatusLine } from './status-line.ts'

/** The pool that a connection belongs to. */
export interface ConnectionOwner {
  onConnected(connection: Http1ClientConnection): void
  /** It carries no request now and may carry another one. */
  onIdle(connection: Http1ClientConnection): void
  /** The last call. `failed` is set if it never connected. */
  onClosed(connection: Http1ClientConnection, failed: { reason: ResetReason; failure: string } | null): void
}

/** Response head, bytes (Envoy's default) and fields. */
const MAX_HEAD_BYTES = 80 * 1024
const MAX_FIELDS = 100

const State = { connecting: 0, idle: 1, head: 2, body: 3, tunnel: 4, closed: 5 } as const

/** An HTTP/1.1 connection to an upstream endpoint: one request at a time, no pipelining. */
export class Http1ClientConnection implements WireHandler, BodySink, UpstreamConnection {
  readonly wire: Wire
  reused = false
  responseBegan = false
  localAddress = ''
  /** Requests that it has carried. */
  requests = 0
  /** Set by its pool: it closes when it becomes idle. */
  retiring = false
  /** Fires if the connection does not come up, or stays idle too long. */
  readonly deadline: Deadline
  readonly #owner: ConnectionOwner
  readonly #names: FieldNames
  readonly #reader = new HeadReader()
  readonly #head = new MessageHead()
  readonly #body = new BodyDecoder()
  #state: number = State.connecting
  #handler: ResponseHandler | null = null
  #method = ''
  #requestEnded = true
  #keepAlive = true
  #everConnected = false
  #timedOut = false

  constructor(
    owner: ConnectionOwner,
    names: FieldNames,
    makeWire: (handler: WireHandler) => Wire,
    makeDeadline: (action: () => void) => Deadline,
  ) {
    this.#owner = owner
    this.#names = names
    this.wire = makeWire(this)
    this.deadline = makeDeadline(() => this.#onDeadline())
  }

  get congested(): boolean {
    return this.wire.congested
  }

  get connecting(): boolean {
    return this.#state === State.connecting
  }

  get idle(): boolean {
    return this.#state === State.idle
  }

  /** Takes an idle connection for one request. */
  begin(handler: ResponseHandler): void {
    this.deadline.cancel()
    this.#handler = handler
    this.#state = State.head
    this.#requestEnded = false
    this.#keepAlive = true
    this.responseBegan = false
    this.reused = this.requests > 0
    this.requests += 1
  }

  sendHead(head: string, method: string): void {
    this.#method = method
    this.wire.write(head)
  }

  sendBytes(buffer: Buffer, start: number, end: number, chunked: boolean): void {
    if (!chunked) {
      this.wire.writeBytes(buffer, start, end)
      return
    }
    this.wire.write(`${(end - start).toString(16)}\r\n`)
    this.wire.writeBytes(buffer, start, end)
    this.wire.write('\r\n')
  }

  endRequest(chunked: boolean): void {
    this.#requestEnded = true
    if (chunked) this.wire.write('0\r\n\r\n')
  }

  startTunnel(): void {
    this.#state = State.tunnel
  }

  endTunnel(): void {
    this.wire.finish()
  }

  pause(): void {
    this.wire.pause()
  }

  resume(): void {
    this.wire.resume()
  }

  cancel(): void {
    this.#handler = null
    this.close()
  }

  /** Closes at once; a request that it carries ends without a word to its handler. */
  close(): void {
    this.#handler = null
    this.#state = State.closed
    this.wire.destroy()
  }

  onConnect(): void {
    this.deadline.cancel()
    if (this.#state !== State.connecting) return
    this.localAddress = this.wire.localAddress
    this.#everConnected = true
    this.#state = State.idle
    this.#owner.onConnected(this)
  }

  onBytes(buffer: Buffer, length: number): void {
    let at = 0
    while (at !== -1 && at < length) {
      if (this.#state === State.head) at = this.#onHeadBytes(buffer, at, length)
      else if (this.#state === State.body) at = this.#onBodyBytes(buffer, at, length)
      else if (this.#state === State.tunnel) {
        this.#handler?.onBytes(buffer, at, length)
        return
      } else {
        // Bytes that nobody asked for: whatever they are, the next response must not be taken from them.
        this.close()
        return
      }
    }
  }

  onBodyBytes(buffer: Buffer, start: number, end: number): void {
    this.#handler?.onBytes(buffer, start, end)
  }

  onEnd(): void {
    if (this.#state === State.tunnel) {
      this.#handler?.onResponseEnd()
      return
    }
    if (this.#state === State.body && this.#body.endsWithConnection) this.#finishResponse(false)
    else if (this.#state === State.body || this.#reader.length > 0) this.#breakOff()
    this.wire.destroy()
  }

  onWritable(): void {
    this.#handler?.onUpstreamWritable()
  }

  onClose(error: string): void {
    const handler = this.#handler
    this.#state = State.closed
    this.#handler = null
    this.deadline.cancel()
    this.#owner.onClosed(this, this.#everConnected ? null : this.#connectFailure(error))
    handler?.onReset('connection termination', '')
  }

  #connectFailure(error: string): { reason: ResetReason; failure: string } {
    if (this.#timedOut) return { reason: 'connection timeout', failure: '' }
    return { reason: 'remote connection failure', failure: `delayed connect error: ${connectError(error)}` }
  }

  #onHeadBytes(buffer: Buffer, start: number, end: number): number {
    this.responseBegan = true
    const next = this.#reader.push(buffer, start, end)
    if (this.#reader.broken) return this.#breakOff()
    if (next === -1) return this.#reader.length > MAX_HEAD_BYTES ? this.#breakOff() : end
    const head = this.#reader.head
    const handler = this.#handler as ResponseHandler
    const lineEnd = head.indexOf('\r\n')
    const status = parseStatusLine(head, lineEnd === -1 ? head.length : lineEnd)
    handler.responseFields.clear()
    this.#head.clear()
    const fieldsAt = lineEnd === -1 ? head.length : lineEnd + 2
    const error = this.#head.readFields(head, fieldsAt, this.#names, handler.responseFields, MAX_FIELDS)
    if (status === -1 || error !== '' || head.length > MAX_HEAD_BYTES) return this.#breakOff()
    if ((status < 200 || status === 204) && (this.#head.chunked || this.#head.contentLength > 0)) {
      // These have no body, whatever they say (RFC 9110 8.6, RFC 9112 6.1): what follows cannot be told from a response.
      return this.#breakOff()
    }
    // As Envoy, other interim responses are dropped: 100 is our own business, and 103 not every client understands.
    if (status >= 200 || status === 101) this.#onFinalHead(status, handler, next < end)
    return next
  }

  #onFinalHead(status: number, handler: ResponseHandler, excess: boolean): void {
    const head = this.#reader.head
    this.#keepAlive = !this.#head.close && (head[7] === '1' || this.#head.keepAlive)
    this.#startBody(status)
    if (status === 101) {
      this.#onUpgrade(handler)
    } else if (this.#body.done) {
      this.#release(excess)
      handler.onHead(status, true)
    } else {
      this.#state = State.body
      handler.onHead(status, false)
    }
  }

  /** RFC 9112 6.3. */
  #startBody(status: number): void {
    const head = this.#head
    if (this.#method === 'HEAD' || status === 204 || status === 304 || status === 101) this.#body.startNone()
    else if (head.chunked) this.#body.startChunked()
    else if (head.contentLength !== -1) this.#body.startLength(head.contentLength)
    else this.#body.startUntilClose()
  }

  #onUpgrade(handler: ResponseHandler): void {
    if (this.#head.upgrade === '') {
      this.#breakOff()
      return
    }
    handler.responseFields.set('connection', 'upgrade')
    handler.responseFields.set('upgrade', this.#head.upgrade)
    this.startTunnel()
    handler.onHead(101, false)
  }

  #onBodyBytes(buffer: Buffer, start: number, end: number): number {
    const next = this.#body.feed(buffer, start, end, this)
    if (next === -1) return this.#breakOff()
    if (this.#body.done && this.#state === State.body) this.#finishResponse(next < end)
    return next
  }

  #finishResponse(excess: boolean): void {
    const handler = this.#handler
    this.#release(excess)
    handler?.onResponseEnd()
  }

  /**
   * The response is complete. It comes before the handler hears of that, so that the next request finds this connection.
   * @param excess more bytes came than the response has: the peer's framing cannot be trusted
   */
  #release(excess: boolean): void {
    const reusable =
      this.#keepAlive && this.#requestEnded && !this.#body.endsWithConnection && !this.retiring && !excess
    this.#handler = null
    if (!reusable) {
      this.close()
      return
    }
    this.#state = State.idle
    this.wire.resume()
    this.#owner.onIdle(this)
  }

  /** The upstream broke the protocol. */
  #breakOff(): number {
    const handler = this.#handler
    this.close()
    handler?.onReset('protocol error', '')
    return -1
  }

  #onDeadline(): void {
    this.#timedOut = true
    this.close()
  }
}

/** The system's words, as Envoy prints them. */
function connectError(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'Connection refused',
    EHOSTUNREACH: 'No route to host',
    ENETUNREACH: 'Network is unreachable',
    ECONNRESET: 'Connection reset by peer',
    ETIMEDOUT: 'Connection timed out',
    ENOTFOUND: 'Name not known',
  }
  return words[code] ?? code
}
