import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { DateHeader } from '../src/http/date-header.ts'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import type { Exchange } from '../src/http/exchange.ts'
import { FieldNames } from '../src/http/field-names.ts'
import type { HttpService } from '../src/http/http-service.ts'
import { HttpStats } from '../src/http/http-stats.ts'
import { Http2Resources } from '../src/http/http2/http2-resources.ts'
import { LocalAddress } from '../src/http/local-address.ts'
import { serveHttp } from '../src/http/server-codec.ts'
import type { ServedConnection, ServerPort, ServerRuntime } from '../src/http/server-port.ts'
import { Wire } from '../src/http/wire.ts'
import { ConnectionInfo } from '../src/listener/connection-info.ts'
import { listener } from './worker-fixture.ts'

/** A socket whose output stays in memory, and whose peer reads when the test says so. */
export class MemorySocket extends EventEmitter {
  #written: Buffer[] = []
  /** Output is taken at once; else it waits for `read`. */
  reading = true
  writableLength = 0
  bytesRead = 0
  destroyed = false
  ended = false

  write(chunk: string | Buffer): boolean {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk
    // What is taken at once may be used again, and what waits may not: as in Node, it is not copied.
    this.#written.push(this.reading ? Buffer.from(bytes) : bytes)
    if (!this.reading) this.writableLength += bytes.length
    return this.writableLength === 0
  }

  /** All that was written so far. */
  get output(): Buffer {
    return Buffer.concat(this.#written)
  }

  /** The peer reads what waits. */
  read(): void {
    this.#written = this.#written.map((bytes) => Buffer.from(bytes))
    this.writableLength = 0
    this.emit('drain')
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }

  resetAndDestroy(): void {
    this.destroy()
  }

  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
}

/** What became of a request, as its log line would say, and its fields as the rest of the proxy got them. */
export interface Recorded {
  readonly request: string
  readonly headers: readonly string[]
  readonly trailers: readonly string[]
  readonly bytes: number
  readonly result: string
}

export interface MemoryConnection {
  readonly socket: MemorySocket
  readonly clock: ManualClock
  readonly recorded: readonly Recorded[]
  /** The heads that were accepted, in order: these would have gone to an upstream. */
  readonly accepted: readonly Recorded[]
  readonly faults: readonly unknown[]
  readonly served: ServedConnection
  /** Its listener drains: this connection has not been told. */
  drainListener(): void
  /** Passes bytes as one read each. */
  feed(...parts: readonly Uint8Array[]): void
  /** The client is gone. */
  close(): void
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type HttpConfig = HttpService['config']

/**
 * A client's connection in memory, with the codec that its first bytes ask for. Each request is answered `200 ok` as soon
 * as its head is there, but not those below `/hold`, which wait.
 */
export function memoryConnection(over: Partial<HttpConfig> = {}): MemoryConnection {
  const clock = new ManualClock(Date.UTC(2026, 0, 2))
  const faults: unknown[] = []
  const turn = new EventTurn(clock, (error) => faults.push(error))
  const names = new FieldNames()
  const runtime: ServerRuntime = {
    turn,
    wheel: new DeadlineWheel(clock, turn),
    clock,
    random: () => 0.5,
    clusters: { get: () => undefined },
    localAddress: new LocalAddress(),
    date: new DateHeader(clock),
    overload: null,
    names,
    http2: new Http2Resources(turn, names),
  }
  const recorded: Recorded[] = []
  const accepted: Recorded[] = []
  const port = memoryPort(over, recorded, accepted)
  const socket = new MemorySocket()
  const wire = new Wire(turn, { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} })
  wire.attach(socket as unknown as Socket)
  const address = { host: '127.0.0.1', port: 1 }
  const served = turn.run(() => serveHttp(wire, port, runtime, new ConnectionInfo(address, address), ''))
  const readBuffer = Buffer.alloc(64 * 1024)
  return {
    socket,
    clock,
    recorded,
    accepted,
    faults,
    served,
    drainListener: () => void (port.draining = true),
    feed(...parts) {
      for (const part of parts) {
        if (socket.destroyed) return
        // Reads share a buffer: what a codec keeps of it must be a copy.
        readBuffer.set(part)
        wire.receive(part.length, readBuffer)
        readBuffer.fill(0)
      }
    },
    close() {
      socket.destroy()
    },
  }
}

function memoryPort(over: Partial<HttpConfig>, recorded: Recorded[], accepted: Recorded[]): Writable<ServerPort> {
  const [chain] = listener('memory', 0, { kind: 'rds', name: 'none' }, over).filterChains
  const service: HttpService = {
    config: (chain as unknown as { readonly network: { readonly http: HttpConfig } }).network.http,
    routes: { table: null },
    trusted: null,
    filters: [
      {
        name: 'answer',
        onRequest(stream) {
          accepted.push(record(stream.exchange))
          if (!stream.exchange.path.startsWith('/hold')) stream.reply(200, 'ok', 'answered', 0)
          return 'stop'
        },
      },
    ],
    accessLogs: [],
    recorders: [{ record: (exchange: Exchange) => void recorded.push(record(exchange)) }],
    stats: new HttpStats(),
    tracing: null,
  }
  return { service, draining: false, onClosed() {} }
}

function record(exchange: Exchange): Recorded {
  const { method, path, authority, scheme, upgrade, requestHeaders, requestTrailers } = exchange
  const list = (headers: Exchange['requestHeaders']) =>
    Array.from({ length: headers.size }, (_, index) => `${headers.nameAt(index)}: ${headers.valueAt(index)}`)
  return {
    request: JSON.stringify([method, path, authority, scheme, upgrade]),
    headers: list(requestHeaders).filter((line) => !line.startsWith('x-request-id')),
    trailers: list(requestTrailers),
    bytes: exchange.requestBytes,
    result: `${exchange.status} ${exchange.flags} ${exchange.details}`,
  }
}
