import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame } from '../src/client/grpc-frames.ts'
import { encodeFrame, Frame } from '../src/client/http2-frames.ts'
import { FrameInput } from '../src/grpc/frame-input.ts'
import { MessageInput } from '../src/grpc/message-input.ts'

/** Bytes cut at places. All pieces are in one buffer that is then overwritten, as those of a socket are. */
function inPieces(bytes: Buffer, cuts: readonly number[], push: (piece: Buffer) => void): void {
  const places = [...new Set(cuts.map((cut) => Math.round(cut * bytes.length)))].sort((a, b) => a - b)
  const shared = Buffer.alloc(bytes.length)
  for (const [index, from] of [0, ...places].entries()) {
    const piece = bytes.subarray(from, places[index] ?? bytes.length)
    piece.copy(shared)
    push(shared.subarray(0, piece.length))
    shared.fill(0xee)
  }
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(3_000), fc.constantFrom(0, 65_536, 70_000, 200_000)), {
  maxLength: 6,
})
const filled = (sizeList: readonly number[]) => sizeList.map((size, index) => Buffer.alloc(size, index + 1))

describe('messages', () => {
  it('are what was sent, however they are cut', () => {
    fc.assert(
      fc.property(sizes, cuts, (given, places) => {
        const sent = filled(given)
        const got: Buffer[] = []
        const input = new MessageInput(200_000, (message) => got.push(Buffer.from(message)))
        inPieces(Buffer.concat(sent.map(frame)), places, (piece) => input.push(piece))
        expect(got.length).toBe(sent.length)
        expect(got.every((message, index) => message.equals(sent[index] as Buffer))).toBe(true)
      }),
    )
  })

  it('that are compressed or too large are refused before they come', () => {
    const input = () => new MessageInput(10, () => {})
    expect(() => input().push(Buffer.from([1, 0, 0, 0, 1]))).toThrow('compressed')
    expect(() => input().push(Buffer.from([0, 0, 0, 0, 11]))).toThrow('message of 11 bytes')
  })

  it('of many streams at once do not mix', () => {
    const got: Buffer[] = []
    const inputs = Array.from({ length: 30 }, () => new MessageInput(1e6, (message) => got.push(Buffer.from(message))))
    const sent = inputs.map((_, index) => Buffer.alloc(50_000, index))
    const framed = sent.map(frame)
    for (const [index, input] of inputs.entries()) input.push((framed[index] as Buffer).subarray(0, 30_000))
    for (const [index, input] of inputs.entries()) input.push((framed[index] as Buffer).subarray(30_000))
    expect(got.every((message, index) => message.equals(sent[index] as Buffer))).toBe(true)
  })
})

describe('frames', () => {
  it('are what was sent, however they are cut', () => {
    const kinds = fc.array(fc.record({ type: fc.constantFrom(0, 1, 4, 9), size: fc.nat(300), stream: fc.nat(5) }), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(kinds, cuts, (given, places) => {
        const sent = given.map(({ type, size, stream }, index) => ({
          type,
          stream,
          body: Buffer.alloc(size, index + 1),
        }))
        const got: { type: number; stream: number; body: Buffer }[] = []
        const input = new FrameInput(
          {
            onFrame: (type, _, stream, body) => got.push({ type, stream, body: Buffer.from(body) }),
            onDataBegin: (_, stream) => got.push({ type: Frame.data, stream, body: Buffer.alloc(0) }),
            onDataPiece: (piece) => {
              const last = got.at(-1)
              if (last !== undefined) last.body = Buffer.concat([last.body, piece])
            },
          },
          300,
        )
        const bytes = Buffer.concat(sent.map(({ type, stream, body }) => encodeFrame(type, 0, stream, body)))
        inPieces(bytes, places, (piece) => input.push(piece))
        expect(got).toEqual(sent)
      }),
    )
  })
})
