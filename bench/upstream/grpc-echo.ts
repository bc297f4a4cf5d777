/**
 * `node grpc-echo.ts PORT`: a gRPC service that answers each message with one of 128 bytes, as soon as it is whole, and ends
 * with status 0 when the caller has ended. HTTP/2 by prior knowledge.
 *
 * It is the upstream of the gRPC rows because it costs a fraction of a gRPC library's: the proxy stays the bottleneck. Header
 * blocks are neither read nor made: answers use constants. Its own sending keeps no account of windows: few streams with one
 * small message in flight stay far below the smallest one.
 */
import { createServer, type Socket } from 'node:net'
import { ConnectionEnd } from '../http2/connection-end.ts'
import { FrameFlag, type FrameHandler, FrameType, frame, headerBlock, PREFACE, Setting } from '../http2/frame.ts'
import { grpcMessage, MessageCounter } from '../http2/grpc-messages.ts'

const NOTHING = Buffer.alloc(0)
const REPLY = grpcMessage(128)
const HEAD = headerBlock([
  [':status', '200'],
  ['content-type', 'application/grpc'],
])
const TRAILERS = headerBlock([['grpc-status', '0']])

interface Call {
  readonly messages: MessageCounter
  answered: boolean
}

function serve(socket: Socket): void {
  const calls = new Map<number, Call>()
  const onFrame: FrameHandler = (type, flags, stream, bytes, start, until) => {
    if (type === FrameType.headers) calls.set(stream, { messages: new MessageCounter(), answered: false })
    else if (type === FrameType.data) {
      const call = calls.get(stream)
      if (call !== undefined) echo(call, stream, call.messages.read(bytes, start, until))
    } else if (type === FrameType.reset) calls.delete(stream)
    const ends = type === FrameType.data || type === FrameType.headers
    if (ends && (flags & FrameFlag.endStream) !== 0 && calls.delete(stream))
      end.push(frame(FrameType.headers, FrameFlag.endHeaders | FrameFlag.endStream, stream, TRAILERS))
  }
  const end = new ConnectionEnd(socket, onFrame, NOTHING, [Setting.maxConcurrentStreams, 1_000])

  function echo(call: Call, stream: number, count: number): void {
    if (count > 0 && !call.answered) {
      call.answered = true
      end.push(frame(FrameType.headers, FrameFlag.endHeaders, stream, HEAD))
    }
    for (let sent = 0; sent < count; sent += 1) end.push(frame(FrameType.data, 0, stream, REPLY))
  }

  let preface = PREFACE.length
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const skipped = Math.min(preface, chunk.length)
    preface -= skipped
    end.read(skipped === 0 ? chunk : chunk.subarray(skipped))
    end.flush()
  })
  end.flush()
}

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1')
