/**
 * `node grpc-echo.ts PORT`: a gRPC service that answers each message with one of 128 bytes, as soon as it is whole, and ends
 * with status 0 when the caller has ended. HTTP/2 by prior knowledge.
 *
 * It is the upstream of the gRPC rows because it costs a fraction of a gRPC library's: the proxy stays the bottleneck. Header
 * blocks are neither read nor made: answers use constants, and its SETTINGS forbid the table that would need state. Its own
 * sending keeps no account of windows: few streams with one small message in flight stay far below the smallest one.
 */
import { createServer, type Socket } from 'node:net'
import {
  FrameFlag,
  FrameReader,
  FrameType,
  frame,
  headerBlock,
  PREFACE,
  Setting,
  settings,
  windowUpdate,
} from '../http2/frame.ts'
import { grpcMessage, MessageCounter } from '../http2/grpc-messages.ts'

const WINDOW = 2 ** 30
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
  let output: Buffer[] = []
  let credit = 0
  const frames = new FrameReader((type, flags, stream, bytes, start, end) => {
    if (type === FrameType.headers) calls.set(stream, { messages: new MessageCounter(), answered: false })
    else if (type === FrameType.data) {
      credit += end - start
      const call = calls.get(stream)
      if (call !== undefined) echo(call, stream, call.messages.read(bytes, start, end))
    } else if (type === FrameType.reset) calls.delete(stream)
    else if (type === FrameType.settings && (flags & FrameFlag.ack) === 0) output.push(frame(type, FrameFlag.ack, 0))
    else if (type === FrameType.ping && (flags & FrameFlag.ack) === 0)
      output.push(frame(type, FrameFlag.ack, 0, bytes.subarray(start, end)))
    const ends = type === FrameType.data || type === FrameType.headers
    if (ends && (flags & FrameFlag.endStream) !== 0 && calls.delete(stream))
      output.push(frame(FrameType.headers, FrameFlag.endHeaders | FrameFlag.endStream, stream, TRAILERS))
  })

  function echo(call: Call, stream: number, count: number): void {
    if (count > 0 && !call.answered) {
      call.answered = true
      output.push(frame(FrameType.headers, FrameFlag.endHeaders, stream, HEAD))
    }
    for (let sent = 0; sent < count; sent += 1) output.push(frame(FrameType.data, 0, stream, REPLY))
  }

  let preface = PREFACE.length
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const skipped = Math.min(preface, chunk.length)
    preface -= skipped
    frames.read(skipped === 0 ? chunk : chunk.subarray(skipped))
    if (credit > WINDOW / 2) {
      output.push(windowUpdate(0, credit))
      credit = 0
    }
    if (output.length > 0) socket.write(output.length === 1 ? (output[0] as Buffer) : Buffer.concat(output))
    output = []
  })
  socket.write(
    Buffer.concat([
      settings(
        [Setting.headerTableSize, 0],
        [Setting.maxConcurrentStreams, 1_000],
        [Setting.initialWindowSize, WINDOW],
      ),
      windowUpdate(0, WINDOW - 65_535),
    ]),
  )
}

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1')
