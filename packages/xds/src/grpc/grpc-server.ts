import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Clock, Timer } from '@mizzen/base'
import { GRPC_CODE, GrpcCall } from './grpc-call.ts'
import { Http2Session } from './http2-session.ts'
import { readIntoShared } from './shared-reads.ts'

export interface GrpcServerOptions {
  readonly clock: Clock
  /** By path: `/package.Service/Method`. Each call is bidirectional. */
  readonly methods: ReadonlyMap<string, (call: GrpcCall) => void>
  /** Largest message taken, bytes. */
  readonly maxMessageBytes: number
}

const PING_MS = 30_000
const PING_ANSWER_MS = 10_000
/** Streams on one connection; a proxy has one or two. */
const MAX_STREAMS = 100

/**
 * A gRPC server on HTTP/2 without TLS, for bidirectional streams. A message goes to many calls as the same bytes, and what
 * comes is read from one buffer: a gRPC library on Node's HTTP/2 copies each message for each call, which is most of what a
 * change costs that goes to hundreds of proxies, and allocates for each read, which is most of what their telemetry costs.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #server: Server
  readonly #sessions = new Set<Http2Session>()

  constructor(options: GrpcServerOptions) {
    this.#options = options
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#open(socket))
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

  #begin(call: GrpcCall, headers: ReadonlyMap<string, string>): void {
    const { clock, methods } = this.#options
    const method = methods.get(headers.get(':path') ?? '')
    const encoding = headers.get('grpc-encoding') ?? 'identity'
    if (headers.get(':method') !== 'POST' || method === undefined) {
      call.fail(GRPC_CODE.UNIMPLEMENTED, `no method ${headers.get(':path')}`)
    } else if (encoding !== 'identity') {
      call.fail(GRPC_CODE.UNIMPLEMENTED, `no compression ${encoding}`)
    } else {
      method(call)
      const timeoutMs = deadline(headers.get('grpc-timeout'))
      if (timeoutMs !== undefined) call.limit(clock, timeoutMs)
    }
  }

  #open(accepted: Socket): void {
    const { clock, maxMessageBytes } = this.#options
    const socket = readIntoShared(accepted, this.#server, (bytes) => session.receive(bytes))
    const session: Http2Session = new Http2Session({
      socket,
      maxStreams: MAX_STREAMS,
      onStream: (stream, headers) => this.#begin(new GrpcCall(stream, maxMessageBytes), headers),
      onClose: () => {
        ping.cancel()
        this.#sessions.delete(session)
      },
    })
    const ping = keepAlive(session, clock)
    this.#sessions.add(session)
    socket.resume()
    socket.read(0)
  }
}

/** Ends a session whose client neither answers a ping nor sends anything else. */
function keepAlive(session: Http2Session, clock: Clock): Timer {
  let timer: Timer
  const wait = () => {
    timer = clock.after(PING_MS, ping)
  }
  const ping = () => {
    const heard = session.bytesRead
    timer = clock.after(PING_ANSWER_MS, () => {
      // A busy machine may take its time with the answer.
      if (session.bytesRead === heard) session.destroy()
      else wait()
    })
    session.ping(() => {
      timer.cancel()
      wait()
    })
  }
  wait()
  return { cancel: () => timer.cancel() }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 }
/** Longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Milliseconds of a `grpc-timeout`; undefined for none, and for one that is too long to matter. */
function deadline(header: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(header ?? '') ?? []
  const ms = Number(digits) * (UNIT_MS[unit] ?? Number.NaN)
  return ms <= MAX_TIMER_MS ? ms : undefined
}
