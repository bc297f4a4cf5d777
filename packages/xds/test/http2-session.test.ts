/** The server's end of HTTP/2, frame by frame: what a client library does not do, or not on purpose. */
import { connect, type Socket } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeHeaders } from '../src/client/hpack.ts'
import { encodeFrame, encodeSettings, Flag, Frame, HEAD_BYTES, Setting } from '../src/client/http2-frames.ts'
import type { GrpcCall } from '../src/grpc/grpc-call.ts'
import { GrpcServer } from '../src/grpc/grpc-server.ts'
import { until } from './until.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

interface Seen {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly body: Buffer
}

/** A client that sends frames as it is told. */
class RawClient {
  readonly seen: Seen[] = []
  closed = false
  readonly #socket: Socket
  #received = Buffer.alloc(0)

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.closed = true
    })
    this.#socket.on('data', (chunk) => this.#read(chunk))
    cleanUp.push(() => this.#socket.destroy())
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes)
  }

  send(type: number, flags: number, stream: number, body: Uint8Array = Buffer.alloc(0)): void {
    this.#socket.write(encodeFrame(type, flags, stream, body))
  }

  request(stream: number, path: string, flags: number = Flag.endHeaders): void {
    const head = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      [':authority', 'a'],
    ] as const
    this.send(Frame.headers, flags, stream, encodeHeaders(head))
  }

  of(type: number): Seen[] {
    return this.seen.filter((frame) => frame.type === type)
  }

  bytesOf(stream: number): number {
    return this.of(Frame.data).reduce((sum, frame) => sum + (frame.stream === stream ? frame.body.length : 0), 0)
  }

  /** The code in the last frame of a connection, when it has ended. */
  async lastWord(): Promise<number | undefined> {
    await until('the end', () => this.closed)
    return this.of(Frame.goAway)[0]?.body.readUInt32BE(4)
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= HEAD_BYTES) {
      const length = this.#received.readUIntBE(0, 3)
      if (this.#received.length < HEAD_BYTES + length) return
      const [type = 0, flags = 0] = this.#received.subarray(3, 5)
      const body = this.#received.subarray(HEAD_BYTES, HEAD_BYTES + length)
      this.seen.push({ type, flags, stream: this.#received.readUInt32BE(5), body })
      this.#received = this.#received.subarray(HEAD_BYTES + length)
    }
  }
}

async function start(methods: Readonly<Record<string, (call: GrpcCall) => void>>, clock = new ManualClock()) {
  const server = new GrpcServer({ clock, methods: new Map(Object.entries(methods)), maxMessageBytes: 2 ** 22 })
  cleanUp.push(async () => {
    const closed = server.close(1)
    clock.advance(1)
    await closed
  })
  const port = await server.listen('127.0.0.1', 0)
  const client = new RawClient(port)
  client.write(PREFACE)
  client.send(Frame.settings, 0, 0)
  await until('settings', () => client.of(Frame.settings).length === 2)
  return { client, clock, port }
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const message = (size: number) => Buffer.concat([Buffer.from([0]), uint32(size), Buffer.alloc(size, 7)])
const silent = (call: GrpcCall) => call.listen({ onMessage: () => {}, onDrain: () => {}, onEnd: () => {} })

describe('a connection', () => {
  it('sends no more than the windows of the stream and of the connection, and tells when there is room', async () => {
    const drains: string[] = []
    const big = (name: string) => (call: GrpcCall) => {
      call.listen({ onMessage: () => {}, onDrain: () => drains.push(name), onEnd: () => {} })
      expect(call.write([Buffer.alloc(100_000)])).toBe(false)
    }
    const { client } = await start({ '/a': big('a'), '/b': big('b') })
    client.request(1, '/a')
    client.request(3, '/b')
    await until('the first window', () => client.bytesOf(1) + client.bytesOf(3) === 65_535)
    client.send(Frame.windowUpdate, 0, 0, uint32(1_000_000))
    await until('the window of each', () => client.bytesOf(1) + client.bytesOf(3) === 2 * 65_535)
    expect(drains).toEqual([])
    client.send(Frame.settings, 0, 0, encodeSettings([[Setting.initialWindowSize, 200_000]]))
    await until('the rest', () => client.bytesOf(1) + client.bytesOf(3) === 2 * 100_005)
    await until('both to know', () => drains.length === 2)
  })

  it('holds what comes to a call that is paused, and lets the client send no more than its window', async () => {
    let paused: GrpcCall | undefined
    const sizes: number[] = []
    const { client } = await start({
      '/p': (call) => {
        call.listen({ onMessage: (bytes) => sizes.push(bytes.length), onDrain: () => {}, onEnd: () => {} })
        call.pause()
        paused = call
      },
    })
    client.request(1, '/p')
    client.send(Frame.data, 0, 1, message(100_000))
    client.send(Frame.data, Flag.endStream, 1, message(10))
    client.send(Frame.ping, 0, 0, Buffer.alloc(8))
    await until('the answer', () => client.of(Frame.ping).length === 1)
    expect(sizes).toEqual([])
    paused?.resume()
    expect(sizes).toEqual([100_000, 10])
    client.request(3, '/p')
    for (let sent = 0; sent < 3; sent += 1) client.send(Frame.data, 0, 3, message(100_000))
    await until('the stream to be reset', () => client.of(Frame.rstStream).length === 1)
    expect(client.of(Frame.rstStream)[0]?.body).toEqual(uint32(3))
  })

  it('lets a client go on sending as what it sent is read', async () => {
    let bytes = 0
    const { client } = await start({
      '/r': (call) =>
        call.listen({
          onMessage: (read) => {
            bytes += read.length
          },
          onDrain: () => {},
          onEnd: () => {},
        }),
    })
    client.request(1, '/r')
    for (let sent = 0; sent < 40; sent += 1) {
      client.send(Frame.data, 0, 1, message(100_000))
      await until('it to be read', () => bytes === (sent + 1) * 100_000)
    }
    expect(client.of(Frame.windowUpdate).length).toBeGreaterThan(10)
    expect(client.of(Frame.rstStream)).toEqual([])
  })

  it('of a client that says nothing is ended, and kept where it answers', async () => {
    const { client, clock } = await start({})
    clock.advance(30_000)
    await until('the ping', () => client.of(Frame.ping).length === 1)
    client.send(Frame.ping, Flag.ack, 0, Buffer.alloc(8))
    client.send(Frame.ping, 0, 0, Buffer.alloc(8))
    await until('that to be read', () => client.of(Frame.ping).length === 2)
    clock.advance(30_000)
    await until('the next ping', () => client.of(Frame.ping).length === 3)
    clock.advance(10_000)
    await until('the end', () => client.closed)
  })

  it.each<[string, number, (client: RawClient) => void]>([
    ['data of no stream', 1, (client) => client.send(Frame.data, 0, 5, Buffer.alloc(1))],
    ['a push', 1, (client) => client.send(Frame.pushPromise, 0, 1, Buffer.alloc(4))],
    ['a stream of a server', 1, (client) => client.request(2, '/s')],
    ['a continuation of nothing', 1, (client) => client.send(Frame.continuation, 0, 1)],
    ['a frame that is too long', 6, (client) => client.write(Buffer.from([0xff, 0, 0, Frame.settings, 0, 0, 0, 0, 0]))],
    ['a window that is too large', 3, (client) => client.send(Frame.windowUpdate, 0, 0, uint32(0x7fffffff))],
    [
      'headers that cannot be read',
      9,
      (client) => client.send(Frame.headers, Flag.endHeaders, 1, Buffer.from([0xff, 0xff])),
    ],
    [
      'frames between those of a header block',
      1,
      (client) => {
        client.request(1, '/s', 0)
        client.send(Frame.ping, 0, 0, Buffer.alloc(8))
      },
    ],
    [
      'a header block without end',
      11,
      (client) => {
        client.request(1, '/s', 0)
        for (let sent = 0; sent < 70; sent += 1) client.send(Frame.continuation, 0, 1, Buffer.from([0x82]))
      },
    ],
    [
      'resets without end',
      11,
      (client) => {
        for (let stream = 1; stream < 2_100; stream += 2) {
          client.request(stream, '/s')
          client.send(Frame.rstStream, 0, stream, uint32(8))
        }
      },
    ],
  ])('ends, and says why, at %s', async (_, code, offend) => {
    const { client } = await start({ '/s': silent })
    offend(client)
    expect(await client.lastWord()).toBe(code)
  })

  it.each([
    [
      'without path',
      [
        [':method', 'POST'],
        [':scheme', 'http'],
      ],
    ],
    [
      'with a name in capitals',
      [
        [':method', 'POST'],
        [':scheme', 'http'],
        [':path', '/s'],
        ['Te', 'trailers'],
      ],
    ],
    [
      'with a field of HTTP/1.1',
      [
        [':method', 'POST'],
        [':scheme', 'http'],
        [':path', '/s'],
        ['connection', 'close'],
      ],
    ],
    [
      'with a pseudo-header behind others',
      [
        [':method', 'POST'],
        [':scheme', 'http'],
        ['a', 'b'],
        [':path', '/s'],
      ],
    ],
    [
      'with two paths',
      [
        [':method', 'POST'],
        [':scheme', 'http'],
        [':path', '/s'],
        [':path', '/t'],
      ],
    ],
  ] as const)('refuses a request %s, and goes on', async (_, fields) => {
    const { client } = await start({ '/s': (call) => call.end() })
    client.send(Frame.headers, Flag.endHeaders, 1, encodeHeaders(fields))
    client.request(3, '/s')
    await until('the other', () => client.of(Frame.headers).some(({ stream }) => stream === 3))
    expect(client.of(Frame.rstStream)[0]).toMatchObject({ stream: 1, body: uint32(1) })
  })

  it('that is no HTTP/2 is ended', async () => {
    const { port } = await start({})
    const other = new RawClient(port)
    other.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    expect(await other.lastWord()).toBe(1)
  })
})
