/**
 * `node grpc-stream-client.ts PORT CONNECTIONS STREAMS SECONDS`: bidirectional gRPC streams, each with one message of 128 bytes in
 * flight, over HTTP/2 by prior knowledge. Prints `{"count", "seconds", "p50Ms", "p99Ms"}`: messages answered, and the time from
 * a message to its answer. Ends with 1 if a stream or connection ends early.
 */
import { connect, type Socket } from 'node:net'
import { ConnectionEnd } from '../http2/connection-end.ts'
import { FrameFlag, type FrameHandler, FrameType, frame, headerBlock, PREFACE, Setting } from '../http2/frame.ts'
import { grpcMessage, MessageCounter } from '../http2/grpc-messages.ts'
import { quantile } from '../measure/statistics.ts'

const [port, connections, streams, seconds] = process.argv.slice(2).map(Number) as [number, number, number, number]
const MESSAGE = grpcMessage(128)
/** Of so many answers, one is timed. */
const SAMPLED = 16

const latenciesMs: number[] = []
let count = 0
let failure: string | undefined

interface Call {
  readonly messages: MessageCounter
  /** When a timed message was sent; 0 = none is under way. */
  sentAt: number
}

function drive(socket: Socket): void {
  const calls = new Map<number, Call>()
  const send = (stream: number, call: Call) => {
    if (count % SAMPLED === 0) call.sentAt = performance.now()
    end.push(frame(FrameType.data, 0, stream, MESSAGE))
  }
  const onFrame: FrameHandler = (type, flags, stream, bytes, start, until) => {
    if (type === FrameType.data) {
      const call = calls.get(stream) as Call
      for (let left = call.messages.read(bytes, start, until); left > 0; left -= 1) {
        answered(call)
        send(stream, call)
      }
    } else if (type === FrameType.reset || type === FrameType.goAway) {
      failure ??= `a frame of type ${type} on stream ${stream}`
    }
    const ends = type === FrameType.data || type === FrameType.headers
    if (ends && (flags & FrameFlag.endStream) !== 0) failure ??= `stream ${stream} ended`
  }
  const end = new ConnectionEnd(socket, onFrame, PREFACE, [Setting.enablePush, 0])
  socket.on('data', (chunk) => {
    end.read(chunk)
    end.flush()
  })
  for (let index = 0; index < streams; index += 1) {
    const stream = 2 * index + 1
    const call = { messages: new MessageCounter(), sentAt: 0 }
    calls.set(stream, call)
    end.push(frame(FrameType.headers, FrameFlag.endHeaders, stream, REQUEST))
    send(stream, call)
  }
  end.flush()
}

const REQUEST = headerBlock([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/bench.Echo/Stream'],
  [':authority', `127.0.0.1:${port}`],
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
])

function answered(call: Call): void {
  count += 1
  if (call.sentAt === 0) return
  latenciesMs.push(performance.now() - call.sentAt)
  call.sentAt = 0
}

const sockets = Array.from({ length: connections }, () => {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('connect', () => drive(socket))
  socket.on('error', (error) => {
    failure ??= error.message
  })
  socket.on('end', () => {
    failure ??= 'a connection ended'
  })
  return socket
})

const startedAt = performance.now()
setTimeout(() => {
  const took = (performance.now() - startedAt) / 1000
  for (const socket of sockets) socket.destroy()
  if (failure !== undefined || count === 0) {
    process.stderr.write(`${failure ?? 'no answer'}\n`)
    process.exitCode = 1
    return
  }
  const [p50Ms, p99Ms] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)]
  process.stdout.write(`${JSON.stringify({ count, seconds: took, p50Ms, p99Ms })}\n`)
}, seconds * 1000)
