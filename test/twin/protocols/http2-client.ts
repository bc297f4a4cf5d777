import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'

/** A call is given up after this time; a data plane that is well answers within milliseconds. */
const DEADLINE_MS = 20_000

/** What a client saw of one call. */
export interface CallResult {
  readonly interim: readonly number[]
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly trailers: IncomingHttpHeaders | undefined
  /** Error code of the RST_STREAM that ended it; 0 = it ended in order. */
  readonly reset: number
}

/** An HTTP/2 connection without TLS. Only the client's end of the wire is Node's. */
export class Http2Client {
  readonly session: ClientHttp2Session

  private constructor(session: ClientHttp2Session) {
    this.session = session
  }

  static open(port: number): Promise<Http2Client> {
    const session = connect(`http://127.0.0.1:${port}`)
    session.on('error', () => {})
    return new Promise((resolve, reject) => {
      session.once('connect', () => resolve(new Http2Client(session)))
      session.once('error', reject)
    })
  }

  /** Begins a call; its body is the caller's to write unless `ends`. */
  begin(headers: OutgoingHttpHeaders, ends = false, trailers?: OutgoingHttpHeaders): Call {
    const path = headers[':method'] === 'CONNECT' ? {} : { ':path': '/' }
    const all = { ':authority': 'shop', ...path, ...headers }
    const stream = this.session.request(all, { endStream: ends, waitForTrailers: trailers !== undefined })
    if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    return new Call(stream)
  }

  /** One whole call. */
  call(headers: OutgoingHttpHeaders = {}, body?: string, trailers?: OutgoingHttpHeaders): Promise<CallResult> {
    const call = this.begin(headers, body === undefined && trailers === undefined, trailers)
    if (body !== undefined || trailers !== undefined) call.stream.end(body ?? '', 'latin1')
    return call.result()
  }

  close(): void {
    this.session.destroy()
  }
}

export class Call {
  readonly stream: ClientHttp2Stream
  body = ''
  #interim: number[] = []
  #headers: IncomingHttpHeaders | undefined
  #trailers: IncomingHttpHeaders | undefined
  #wake: () => void = () => {}
  #closed = false

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream
    stream.on('error', () => {})
    stream.on('headers', (headers) => this.#interim.push(Number(headers[':status'])))
    stream.on('response', (headers) => {
      this.#headers = headers
      this.#wake()
    })
    stream.on('trailers', (trailers) => (this.#trailers = trailers))
    stream.on('data', (chunk: Buffer) => {
      this.body += chunk.toString('latin1')
      this.#wake()
    })
    stream.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  get answered(): boolean {
    return this.#headers !== undefined
  }

  /** Resolves when `condition` holds or the stream is over. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS
    while (!this.#closed && !condition()) {
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`no end in time; body so far: ${JSON.stringify(this.body)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Resolves when the stream is over. */
  async result(): Promise<CallResult> {
    await this.until(() => false)
    const headers = { ...this.#headers }
    return {
      interim: this.#interim,
      status: this.#headers === undefined ? undefined : Number(headers[':status']),
      headers,
      body: this.body,
      trailers: this.#trailers,
      reset: this.stream.rstCode,
    }
  }
}
