import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'

/** One request as the server received it. */
export interface ReceivedCall {
  /** Connections are counted from 0 in each case. */
  readonly connection: number
  readonly headers: IncomingHttpHeaders
  body: string
  trailers?: IncomingHttpHeaders
  /** Error code of the RST_STREAM that ended it; undefined = none. */
  reset?: number
}

/** What a case does with a request; `call.body` grows while it comes. */
export type Answer = (stream: ServerHttp2Stream, call: ReceivedCall, session: ServerHttp2Session) => void

const yes: Answer = (stream) => {
  stream.resume()
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain' })
    stream.end('yes')
  })
}

/** An HTTP/2 server without TLS that keeps what it received, and answers as the case says. */
export class Http2Origin {
  readonly #server = createServer({ settings: { enableConnectProtocol: true } })
  readonly #sockets = new Set<Socket>()
  #sessions: ServerHttp2Session[] = []
  #received: ReceivedCall[] = []
  answer: Answer = yes

  static async start(): Promise<Http2Origin> {
    const origin = new Http2Origin()
    const server = origin.#server
    server.on('connection', (socket: Socket) => {
      origin.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => origin.#sockets.delete(socket))
    })
    server.on('session', (session) => {
      origin.#sessions.push(session)
      session.on('error', () => {})
    })
    server.on('stream', (stream, headers) => origin.#onStream(stream, headers))
    server.on('sessionError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return origin
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections of this case so far. */
  get connections(): number {
    return this.#sessions.length
  }

  /** What came since the last call; the next case begins. */
  take(): ReceivedCall[] {
    const received = this.#received
    this.#received = []
    this.#sessions = []
    this.answer = yes
    return received
  }

  /** Requests so far. */
  get calls(): readonly ReceivedCall[] {
    return this.#received
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const session = stream.session as ServerHttp2Session
    const call: ReceivedCall = { connection: this.#sessions.indexOf(session), headers: { ...headers }, body: '' }
    this.#received.push(call)
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => (call.body += chunk.toString('latin1')))
    stream.on('trailers', (trailers) => (call.trailers = { ...trailers }))
    stream.on('aborted', () => (call.reset = stream.rstCode))
    this.answer(stream, call, session)
  }
}
