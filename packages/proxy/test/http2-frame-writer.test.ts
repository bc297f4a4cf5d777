/** What the frame writer puts together in one buffer is what single frames, one after the other, are. */
import { ManualClock } from '@mizzen/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { data, END_STREAM, frame, number, settings, Type } from '../../../test/http2-frames.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { FieldNames } from '../src/http/field-names.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { BufferPool } from '../src/http/http2/buffer-pool.ts'
import { ByteQueue } from '../src/http/http2/byte-queue.ts'
import { FrameWriter } from '../src/http/http2/frame-writer.ts'
import { Http2Resources } from '../src/http/http2/http2-resources.ts'
import { Wire } from '../src/http/wire.ts'
import { MemorySocket } from './memory-connection.ts'
import { receivedFrames } from './received-frames.ts'

function make(deferring = false) {
  const deferred: (() => void)[] = []
  const report = (error: unknown) => {
    throw error
  }
  const turn = new EventTurn(new ManualClock(), report, deferring ? (action) => deferred.push(action) : undefined)
  const resources = new Http2Resources(turn, new FieldNames())
  const socket = new MemorySocket()
  const wire = new Wire(turn, { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} })
  wire.attach(socket as never)
  const writer = new FrameWriter(wire, resources)
  const settle = () => {
    for (const action of deferred.splice(0)) action()
  }
  return { turn, socket, writer, settle }
}

const body = fc.oneof(
  fc.uint8Array({ maxLength: 50 }),
  fc.constantFrom(16_384, 16_000).map((size) => new Uint8Array(size)),
)

describe('the frame writer', () => {
  it('writes as frame by frame, in one write a turn or of many, to a peer that reads or not', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('data' as const), body),
      fc.tuple(fc.constant('end' as const), fc.constantFrom(1, 3)),
      fc.tuple(fc.constantFrom('reset' as const, 'window' as const, 'reading' as const), fc.nat(1000)),
    )
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), (deferring, turns) => {
        const { turn, socket, writer, settle } = make(deferring)
        const plain: Buffer[] = []
        for (const steps of turns) {
          turn.run(() => {
            for (const [what, value] of steps) {
              if (what === 'data') {
                const bytes = Buffer.from(value)
                writer.data(1, bytes, 0, bytes.length, false)
                bytes.fill(1)
                plain.push(data(1, value, 0))
              } else if (what === 'end') {
                // Never with the frame before, so that the plain frames stay what they are.
                writer.windowUpdate(0, 1)
                writer.data(value, Buffer.alloc(0), 0, 0, true)
                plain.push(number(Type.window, 0, 1), data(value, '', END_STREAM))
              } else if (what === 'reset') {
                writer.resetStream(5, value)
                plain.push(number(Type.reset, 5, value))
              } else if (what === 'window') {
                writer.windowUpdate(0, value)
                plain.push(number(Type.window, 0, value))
              } else socket.reading = value > 500
            }
          })
          if (socket.reading) socket.read()
        }
        settle()
        expect(socket.output.equals(Buffer.concat(plain))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('writes control frames as they are', () => {
    const { turn, socket, writer } = make()
    turn.run(() => {
      writer.preface()
      writer.settings([
        [3, 100],
        [4, 65_535],
      ])
      writer.settingsAck()
      writer.ping(true, Buffer.from('x12345678'), 1)
      writer.goAway(7, 11, 'why')
    })
    const goAway = Buffer.concat([Buffer.of(0, 0, 0, 7, 0, 0, 0, 11), Buffer.from('why')])
    const wanted = [
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      settings([
        [3, 100],
        [4, 65_535],
      ]),
      frame(Type.settings, 1, 0),
      frame(Type.ping, 1, 0, '12345678'),
      frame(Type.goAway, 0, 0, goAway),
    ]
    expect(socket.output.equals(Buffer.concat(wanted))).toBe(true)
  })

  it('ends a stream with its last frame if that has not left, and is its own', () => {
    const { turn, socket, writer } = make()
    turn.run(() => {
      writer.dataText(1, 'a')
      writer.endStream(1)
      writer.dataText(3, 'b')
      writer.endStream(5)
    })
    turn.run(() => writer.endStream(3))
    const wanted = [data(1, 'a'), data(3, 'b', 0), data(5, ''), data(3, '')]
    expect(socket.output.equals(Buffer.concat(wanted))).toBe(true)
  })

  it('splits a block that is too long for a frame', () => {
    const { turn, socket, writer } = make()
    const list = new HeaderList()
    for (let index = 0; index < 3; index += 1) list.append(`x-${index}`, String(index).repeat(15_000))
    const sizes = turn.run(() => {
      writer.beginHeaders(list.bytes, list.size)
      writer.fields(list)
      return writer.endHeaders(1, true)
    })
    const lengths: number[] = []
    for (let at = 0; at < socket.output.length; at += 9 + socket.output.readUIntBE(at, 3)) {
      lengths.push(socket.output.readUIntBE(at, 3))
      const [type, flags] = socket.output.subarray(at + 3, at + 5)
      expect([type, flags]).toEqual([
        at === 0 ? Type.headers : Type.continuation,
        at === 0 ? 1 : lengths.length === 3 ? 4 : 0,
      ])
    }
    expect(lengths.slice(0, 2)).toEqual([16_384, 16_384])
    expect(socket.output.length).toBe(sizes)
  })

  it('counts what the peer does not read, and forgets it when that is read', () => {
    const { turn, socket, writer } = make()
    socket.reading = false
    turn.run(() => writer.settingsAck())
    turn.run(() => writer.settingsAck())
    expect([writer.frames, writer.controlFrames]).toEqual([2, 2])
    socket.reading = true
    socket.read()
    turn.run(() => writer.settingsAck())
    expect([writer.frames, writer.controlFrames]).toEqual([0, 0])
    expect(receivedFrames(socket.output)).toHaveLength(3)
  })
})

describe('a queue of bytes', () => {
  it('gives what it was given, in any runs', () => {
    const runs = fc.array(fc.oneof(body, fc.nat(20_000)), { maxLength: 30 })
    fc.assert(
      fc.property(runs, (steps) => {
        const queue = new ByteQueue()
        const [given, taken]: [Buffer[], Buffer[]] = [[], []]
        const take = (most: number) => {
          const bytes = Math.min(most, queue.frontEnd - queue.frontStart)
          taken.push(Buffer.from(queue.front.subarray(queue.frontStart, queue.frontStart + bytes)))
          queue.drop(bytes)
        }
        for (const step of steps) {
          if (typeof step === 'number') {
            if (queue.size > 0) take(step)
          } else {
            given.push(Buffer.from(step))
            queue.push(Buffer.from(step), 0, step.length)
          }
        }
        while (queue.size > 0) take(100_000)
        expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a pool of buffers', () => {
  it('keeps a bounded number', () => {
    const pool = new BufferPool()
    const all = Array.from({ length: 200 }, () => pool.take())
    for (const buffer of all) pool.give(buffer)
    const again = Array.from({ length: 200 }, () => pool.take())
    expect(again.filter((buffer) => all.includes(buffer))).toHaveLength(128)
  })
})
