import { once } from 'node:events'
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Clock, Timer } from '@mizzen/base'
import { GRPC_CODE, GrpcCall } from './grpc-call.ts'

export interface GrpcServerOptions {
  readonly clock: Clock
  /** By path: `/package.Service/Method`. Each call is bidirectional. */
  readonly methods: ReadonlyMap<string, (call: GrpcCall) => void>
  /** Largest message taken, bytes. */
  readonly maxMessageBytes: number
}

const PING_MS = 30_000
const PING_ANSWER_MS = 10_000
/** Memory of one connection, MiB: a large response may wait for a slow client. Node's own limit is 10. */
const SESSION_MIB = 256
/** Streams on one connection; a proxy has one or two. */
const MAX_STREAMS = 100

/**
 * A gRPC server on HTTP/2 without TLS, for bidirectional streams. A message goes to many calls as the same bytes: a gRPC
 * library copies each message at least once for each call, which is most of what a change costs that goes to hundreds of
 * proxies.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #server: Http2Server
  readonly #sessions = new Set<ServerHttp2Session>()

  constructor(options: GrpcServerOptions) {
    this.#options = options
    this.#server = createServer({ maxSessionMemory: SESSION_MIB, settings: { maxConcurrentStreams: MAX_STREAMS } })
    this.#server.on('session', (session) => this.#open(session))
    this.#server.on('stream', (stream, headers) => {
      const call = new GrpcCall(stream, options.maxMessageBytes)
      this.#begin(call, headers)
    })
  }

  /** Resolves with the port; 0 lets the system choose. Rejects with the system's error. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no more calls; resolves when those that run have ended, which they do after `graceMs` at the latest. */
  async close(graceMs: number): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const session of this.#sessions) session.close()
    const timer = this.#options.clock.after(graceMs, () => {
      for (const session of this.#sessions) session.destroy()
    })
    await closed
    timer.cancel()
  }

  #begin(call: GrpcCall, headers: IncomingHttpHeaders): void {
    const { clock, methods } = this.#options
    const method = methods.get(headers[':path'] ?? '')
    const encoding = headers['grpc-encoding'] ?? 'identity'
    if (headers[':method'] !== 'POST' || method === undefined) {
      call.fail(GRPC_CODE.UNIMPLEMENTED, `no method ${headers[':path']}`)
    } else if (encoding !== 'identity') {
      call.fail(GRPC_CODE.UNIMPLEMENTED, `no compression ${encoding}`)
    } else {
      method(call)
      const timeoutMs = deadline(headers['grpc-timeout'])
      if (timeoutMs !== undefined) call.limit(clock, timeoutMs)
    }
  }

  #open(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    const ping = keepAlive(session, this.#options.clock)
    session.on('close', () => {
      ping.cancel()
      this.#sessions.delete(session)
    })
    // 'close' follows, and the streams end with it.
    session.on('error', () => {})
  }
}

/** Ends a session whose client neither answers a ping nor sends anything else. */
function keepAlive(session: ServerHttp2Session, clock: Clock): Timer {
  let timer: Timer
  const wait = () => {
    timer = clock.after(PING_MS, ping)
  }
  const ping = () => {
    const heard = session.socket.bytesRead
    timer = clock.after(PING_ANSWER_MS, () => {
      // A busy machine may take its time with the answer.
      if (session.destroyed || session.socket.bytesRead === heard) session.destroy()
      else wait()
    })
    session.ping((error) => {
      timer.cancel()
      if (error === null) wait()
      else session.destroy()
    })
  }
  wait()
  return { cancel: () => timer.cancel() }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 }
/** Longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Milliseconds of a `grpc-timeout`; undefined for none, and for one that is too long to matter. */
function deadline(header: string | string[] | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(typeof header === 'string' ? header : '') ?? []
  const ms = Number(digits) * (UNIT_MS[unit] ?? Number.NaN)
  return ms <= MAX_TIMER_MS ? ms : undefined
}
