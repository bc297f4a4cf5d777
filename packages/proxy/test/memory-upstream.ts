import type { Socket } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { DEFAULT_HTTP2_OPTIONS } from '../src/config/read-http2-options.ts'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { FieldNames } from '../src/http/field-names.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { Http2ClientConnection } from '../src/http/http2/client-connection.ts'
import { Http2Resources } from '../src/http/http2/http2-resources.ts'
import type { ResponseHandler, UpstreamConnection } from '../src/http/upstream.ts'
import { Wire } from '../src/http/wire.ts'
import { MemorySocket } from './memory-connection.ts'

/** What was told of one response, in order; bodies are joined. */
class RecordingHandler implements ResponseHandler {
  readonly responseFields = new HeaderList()
  readonly responseTrailers = new HeaderList()
  readonly events: string[] = []
  /** Times that the response came to an end. */
  ends = 0

  onInterim(status: number): void {
    this.events.push(`interim ${status} ${this.responseFields.render()}`)
  }

  onHead(status: number, endStream: boolean): void {
    this.events.push(`head ${status} ${this.responseFields.render()}`)
    if (endStream) this.ends += 1
  }

  onBytes(buffer: Buffer, start: number, end: number): void {
    const text = buffer.toString('latin1', start, end)
    if (this.events.at(-1)?.startsWith('body ')) this.events[this.events.length - 1] += text
    else this.events.push(`body ${text}`)
  }

  onResponseEnd(): void {
    this.ends += 1
    this.events.push(`end ${this.responseTrailers.render()}`)
  }

  onReset(reason: string): void {
    this.ends += 1
    this.events.push(`reset ${reason}`)
  }

  onUpstreamWritable(): void {}
}

export interface MemoryUpstream {
  readonly socket: MemorySocket
  readonly connection: Http2ClientConnection
  readonly faults: readonly unknown[]
  readonly closed: boolean
  /** Sends a request; `ended` without a body. */
  request(method: string, ended: boolean): { readonly handler: RecordingHandler; readonly upstream: UpstreamConnection }
  /** Passes what the server says, as one read each. */
  feed(...parts: readonly Uint8Array[]): void
  close(): void
}

/** An HTTP/2 connection to a server that is the test. */
export function memoryUpstream(over: Partial<typeof DEFAULT_HTTP2_OPTIONS> = {}): MemoryUpstream {
  const clock = new ManualClock(0)
  const faults: unknown[] = []
  const turn = new EventTurn(clock, (error) => faults.push(error))
  const resources = new Http2Resources(turn, new FieldNames())
  const socket = new MemorySocket()
  const wire = new Wire(turn, { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} })
  wire.attach(socket as unknown as Socket)
  let closed = false
  const owner = { onAvailable() {}, onClosed: () => void (closed = true) }
  const options = { ...DEFAULT_HTTP2_OPTIONS, ...over }
  const wheel = new DeadlineWheel(clock, turn)
  const connection = turn.run(() => new Http2ClientConnection(wire, owner, options, resources, wheel, () => 0.5))
  const readBuffer = Buffer.alloc(64 * 1024)
  return {
    socket,
    connection,
    faults,
    get closed() {
      return closed
    },
    request(method, ended) {
      const handler = new RecordingHandler()
      const fields = { method, path: '/', scheme: 'http', upgrade: '', requestHeaders: new HeaderList() }
      const upstream = turn.run(() => {
        const request = connection.begin(handler)
        request.sendHead(fields, 'shop', ended)
        return request
      })
      return { handler, upstream }
    },
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
