import { describe, expect, it } from 'vitest'
import { count, readArguments, selection } from '../../bench/arguments.ts'
import { drift } from '../../bench/endurance/endurance.ts'
import { FrameReader, FrameType, frame } from '../../bench/http2/frame.ts'
import { grpcMessage, MessageCounter } from '../../bench/http2/grpc-messages.ts'
import { AnswerReader } from '../../bench/load/answer-reader.ts'
import { readH2load } from '../../bench/load/h2load.ts'

/** The bytes in pieces of every length from 1 to all. */
function* pieces(bytes: Buffer): Generator<Buffer[]> {
  for (let size = 1; size <= bytes.length; size += 1) {
    yield Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
  }
}

describe('AnswerReader', () => {
  it('counts answers, however they are cut', () => {
    const bytes = Buffer.from(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
        'HTTP/1.1 503 Gone\r\nx: y\r\ncontent-length:0\r\n\r\n' +
        'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
    )
    for (const chunks of pieces(bytes)) {
      const statuses: number[] = []
      const reader = new AnswerReader((status) => statuses.push(status))
      for (const chunk of chunks) reader.read(chunk)
      expect(statuses).toEqual([200, 503, 200])
    }
  })
})

describe('frames and messages', () => {
  it('are read, however they are cut', () => {
    const bytes = Buffer.concat([
      frame(FrameType.data, 0, 3, Buffer.concat([grpcMessage(3), grpcMessage(0)])),
      frame(FrameType.ping, 1, 0, Buffer.alloc(8)),
      frame(FrameType.data, 1, 0x7fffffff, grpcMessage(300).subarray(0, 200)),
      frame(FrameType.data, 1, 0x7fffffff, grpcMessage(300).subarray(200)),
    ])
    for (const chunks of pieces(bytes)) {
      const seen: number[][] = []
      const messages = new MessageCounter()
      const reader = new FrameReader((type, flags, stream, payload, start, end) => {
        seen.push([type, flags, stream, type === FrameType.data ? messages.read(payload, start, end) : 0])
      })
      for (const chunk of chunks) reader.read(chunk)
      expect(seen).toEqual([
        [0, 0, 3, 2],
        [6, 1, 0, 0],
        [0, 1, 0x7fffffff, 0],
        [0, 1, 0x7fffffff, 1],
      ])
    }
  })
})

describe('readH2load', () => {
  const output = (done: number, failed: number, errored: number) =>
    `finished in 2.50s, 10.00 req/s\nrequests: 30 total, 30 started, ${done} done, ${done} succeeded, ${failed} failed, ${errored} errored, 0 timeout\n`

  it('reads the closing lines', () => {
    expect(readH2load(output(30, 0, 0))).toEqual({ done: 30, failed: 0, seconds: 2.5 })
    expect(readH2load(output(28, 0, 2)).failed).toBe(2)
    expect(() => readH2load('Segmentation fault')).toThrow(/nothing that can be read/)
  })
})

describe('drift', () => {
  it('is the largest difference from the end of the warm-up', () => {
    expect(drift([50, 70, 72, 65, 71])).toBe(-5)
    expect(drift([50, 70, 70])).toBe(0)
  })
})

describe('arguments', () => {
  it('are read and checked', () => {
    const { name, given } = readArguments(['proxy', '--runs', '3', '-o', 'json', '--only', 'b,a'])
    expect(name).toBe('proxy')
    expect(count('runs', given, 5)).toBe(3)
    expect(count('seconds', given, 5)).toBe(5)
    expect(selection('only', given, [{ name: 'a' }, { name: 'b' }, { name: 'c' }])).toEqual([
      { name: 'a' },
      { name: 'b' },
    ])
    expect(() => selection('only', given, [{ name: 'a' }])).toThrow('--only: unknown b (known: a)')
    expect(() => count('runs', { ...given, runs: '0' }, 1)).toThrow('--runs 0')
    expect(() => readArguments(['proxy', '--colour'])).toThrow()
  })
})
