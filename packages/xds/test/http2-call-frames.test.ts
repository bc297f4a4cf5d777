/** The client's HTTP/2 against single frames: flow control both ways, and everything that a server may send. */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeHeaders } from '../src/client/hpack.ts'
import { Http2Call } from '../src/client/http2-call.ts'
import { encodeSettings, Flag, Frame, Setting } from '../src/client/http2-frames.ts'
import { RawHttp2Peer, uint32 } from './raw-http2-peer.ts'
import { until } from './until.ts'

const DEFAULT_WINDOW = 65_535
const FRAME = 16_384

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const action of cleanUp.splice(0)) action()
})

/** A call whose request has arrived at a raw peer. */
async function connected() {
  const peer = new RawHttp2Peer()
  const seen = { headers: [] as object[], data: [] as Buffer[], bytes: 0, pongs: 0, end: '' }
  const call = new Http2Call({
    target: await peer.listen(),
    headers: [[':method', 'POST']],
    onConnect: () => {},
    onHeaders: (headers) => void seen.headers.push(Object.fromEntries(headers)),
    onData: (chunk) => {
      seen.data.push(Buffer.from(chunk))
      seen.bytes += chunk.length
    },
    onPong: () => {
      seen.pongs += 1
    },
    onEnd: (reason) => {
      seen.end = reason
    },
  })
  cleanUp.push(
    () => call.destroy(),
    () => peer.close(),
  )
  await peer.settings()
  return { call, peer, seen }
}

/** A header block in one HEADERS frame, with padding and priority if asked for, and CONTINUATION frames. */
function sendHeaders(peer: RawHttp2Peer, parts: readonly Buffer[], padding: number | null, ranked: boolean): void {
  const [first = Buffer.alloc(0), ...others] = parts
  const fragment = ranked ? Buffer.concat([Buffer.alloc(5), first]) : first
  const body = padding === null ? fragment : Buffer.concat([Buffer.from([padding]), fragment, Buffer.alloc(padding)])
  const kinds = (padding === null ? 0 : Flag.padded) | (ranked ? Flag.priority : 0)
  peer.send(Frame.headers, kinds | (others.length === 0 ? Flag.endHeaders : 0), 1, body)
  for (const [index, part] of others.entries()) {
    peer.send(Frame.continuation, index === others.length - 1 ? Flag.endHeaders : 0, 1, part)
  }
}

describe('a response', () => {
  it('of several MiB is let in piece by piece, on the stream and on the connection', async () => {
    const { peer, seen } = await connected()
    peer.respond()
    const [announced] = peer.of(Frame.settings)
    const atFirst = announced?.body.readUInt32BE(14) as number
    expect(announced?.body.readUInt16BE(12)).toBe(Setting.initialWindowSize)
    expect(DEFAULT_WINDOW + peer.granted(0)).toBe(atFirst)
    const total = 5 * 1024 * 1024
    for (let sent = 0; sent < total; sent += FRAME) {
      const room = () => Math.min(atFirst + peer.granted(1), DEFAULT_WINDOW + peer.granted(0)) - sent
      await until('room for a frame', () => room() >= FRAME)
      peer.send(Frame.data, 0, 1, Buffer.alloc(FRAME, sent / FRAME))
    }
    await peer.settled()
    expect(seen.bytes).toBe(total)
    expect(seen.data.at(-1)?.[0]).toBe((total / FRAME - 1) % 256)
    expect(seen.end).toBe('')
  })

  it('costs window for its padding too', async () => {
    const { peer, seen } = await connected()
    peer.respond()
    const padded = Buffer.concat([Buffer.from([255]), Buffer.from('x'), Buffer.alloc(255)])
    const frames = Math.ceil((600 * 1024) / padded.length)
    for (let sent = 0; sent < frames; sent += 1) peer.send(Frame.data, Flag.padded, 1, padded)
    await peer.settled()
    expect(seen.bytes).toBe(frames)
    expect(peer.granted(1)).toBeGreaterThan(512 * 1024)
  })

  it('has its headers together again however they are split, padded and ranked', async () => {
    const headers = { ':status': '200', 'content-type': 'application/grpc', 'x-long': 'v'.repeat(500) }
    const block = encodeHeaders(Object.entries(headers))
    const { peer, seen } = await connected()
    const cuts = fc.uniqueArray(fc.nat(block.length), { maxLength: 5 }).map((at) => at.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(cuts, fc.option(fc.nat(50)), fc.boolean(), async (at, padding, ranked) => {
        const parts = [0, ...at].map((from, index) => block.subarray(from, at[index] ?? block.length))
        sendHeaders(peer, parts, padding, ranked)
        await peer.settled()
        expect(seen.headers.splice(0)).toEqual([headers])
      }),
      { numRuns: 20 },
    )
  })

  it('ends with its trailers, if these are split too', async () => {
    const { peer, seen } = await connected()
    peer.respond()
    const block = encodeHeaders([['grpc-status', '3']])
    peer.send(Frame.headers, Flag.endStream, 1, block.subarray(0, 4))
    peer.send(Frame.continuation, Flag.endHeaders, 1, block.subarray(4))
    await until('the end', () => seen.end !== '')
    expect(seen).toMatchObject({ end: 'stream ended', headers: [{ ':status': '200' }, { 'grpc-status': '3' }] })
  })

  it('must not interrupt its headers', async () => {
    const { peer, seen } = await connected()
    peer.send(Frame.headers, 0, 1, encodeHeaders([[':status', '200']]).subarray(0, 4))
    peer.send(Frame.ping, 0, 0, Buffer.alloc(8))
    await until('the end', () => seen.end !== '')
    expect(seen.end).toMatch(/interrupted/)
  })
})

describe('a request', () => {
  it('larger than the windows is sent in pieces, as the stream and the connection both allow', async () => {
    const { call, peer, seen } = await connected()
    const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
    call.write(body.subarray(0, 150_000))
    call.write(body.subarray(150_000))
    await peer.settled()
    expect(peer.bodyBytes).toBe(DEFAULT_WINDOW)
    peer.window(1, 100_000)
    await peer.settled()
    expect(peer.bodyBytes).toBe(DEFAULT_WINDOW)
    peer.window(0, 40_000)
    await peer.settled()
    expect(peer.bodyBytes).toBe(DEFAULT_WINDOW + 40_000)
    peer.window(0, 1_000_000)
    await peer.settled()
    expect(peer.bodyBytes).toBe(DEFAULT_WINDOW + 100_000)
    peer.window(1, 1_000_000)
    await peer.settled()
    expect(Buffer.concat(peer.of(Frame.data).map(({ body: part }) => part)).equals(body)).toBe(true)
    expect(Math.max(...peer.of(Frame.data).map(({ body: part }) => part.length))).toBe(FRAME)
    expect(seen.end).toBe('')
  })

  it('keeps to an initial window that is changed while it is under way, even below nothing', async () => {
    const { call, peer } = await connected()
    await peer.settings([Setting.initialWindowSize, 10])
    call.write(Buffer.alloc(1_000))
    await peer.settled()
    expect(peer.bodyBytes).toBe(10)
    await peer.settings([Setting.initialWindowSize, 30])
    await peer.settled()
    expect(peer.bodyBytes).toBe(30)
    await peer.settings([Setting.initialWindowSize, 0])
    peer.window(1, 30)
    await peer.settled()
    expect(peer.bodyBytes).toBe(30)
    peer.window(1, 5)
    await peer.settled()
    expect(peer.bodyBytes).toBe(35)
    await peer.settings([Setting.initialWindowSize, DEFAULT_WINDOW])
    await peer.settled()
    expect(peer.bodyBytes).toBe(1_000)
  })

  it('uses larger frames only if the other side takes them', async () => {
    const { call, peer } = await connected()
    await peer.settings([Setting.maxFrameSize, 2 * FRAME])
    call.write(Buffer.alloc(3 * FRAME))
    await peer.settled()
    expect(peer.of(Frame.data).map(({ body }) => body.length)).toEqual([2 * FRAME, FRAME])
  })

  it('is given up when more waits than can be meant', async () => {
    const { call, peer, seen } = await connected()
    await peer.settings([Setting.initialWindowSize, 0])
    for (let sent = 0; sent <= 16; sent += 1) call.write(Buffer.alloc(1024 * 1024))
    expect(seen.end).toMatch(/does not read/)
  })
})

describe('a connection', () => {
  it('answers pings with what they carry, and takes an answer for no ping', async () => {
    const { call, peer, seen } = await connected()
    peer.send(Frame.ping, 0, 0, Buffer.from('12345678'))
    await until('the answer', () => peer.of(Frame.ping).length === 1)
    expect(peer.of(Frame.ping)[0]).toMatchObject({ flags: Flag.ack, stream: 0, body: Buffer.from('12345678') })
    expect(seen.pongs).toBe(0)
    call.ping()
    await until('a ping', () => peer.of(Frame.ping).length === 2)
    const { body } = peer.of(Frame.ping)[1] as { body: Buffer }
    peer.send(Frame.ping, Flag.ack, 0, body)
    await until('the pong', () => seen.pongs === 1)
    expect(peer.of(Frame.ping)).toHaveLength(2)
  })

  it('goes on after a GOAWAY that counts its stream, and skips frames that it does not know', async () => {
    const { peer, seen } = await connected()
    peer.respond()
    peer.send(Frame.goAway, 0, 0, uint32(0x7fffffff, 0))
    peer.send(0x10, 0xff, 0, Buffer.from('priority update'))
    peer.send(Frame.windowUpdate, 0, 3, uint32(5))
    peer.send(Frame.data, 0, 1, Buffer.from('still here'))
    await peer.settled()
    expect(Buffer.concat(seen.data).toString()).toBe('still here')
    expect(seen.end).toBe('')
  })

  it.each([
    ['a reset', [Frame.rstStream, 0, 1, uint32(7)], /stream reset, error 7/],
    ['a GOAWAY that does not count the stream', [Frame.goAway, 0, 0, uint32(0, 11)], /refused, error 11/],
    ['the end of the stream', [Frame.data, Flag.endStream, 1, Buffer.from('x')], /stream ended/],
    ['a push', [Frame.pushPromise, Flag.endHeaders, 1, uint32(2)], /push/],
    ['a continuation of nothing', [Frame.continuation, Flag.endHeaders, 1, Buffer.alloc(0)], /continuation of nothing/],
    ['a frame that is too long', [Frame.data, 0, 1, Buffer.alloc(FRAME + 1)], /frame of 16385 bytes/],
    ['data of another stream', [Frame.data, 0, 3, Buffer.from('x')], /on stream 3/],
    ['headers of no stream', [Frame.headers, Flag.endHeaders, 0, Buffer.alloc(0)], /on stream 0/],
    ['a reset of another stream', [Frame.rstStream, 0, 2, uint32(0)], /on stream 2/],
    ['settings on a stream', [Frame.settings, 0, 1, Buffer.alloc(0)], /on stream 1/],
    ['settings that end too early', [Frame.settings, 0, 0, Buffer.alloc(7)], /with 7 bytes/],
    ['a short ping', [Frame.ping, 0, 0, Buffer.alloc(4)], /with 4 bytes/],
    ['a long window update', [Frame.windowUpdate, 0, 1, uint32(1, 1)], /with 8 bytes/],
    ['a window update of nothing', [Frame.windowUpdate, 0, 1, uint32(0)], /update of nothing/],
    ['a stream window that is too large', [Frame.windowUpdate, 0, 1, uint32(0x7fffffff)], /window that is too large/],
    [
      'a connection window that is too large',
      [Frame.windowUpdate, 0, 0, uint32(0x7fffffff)],
      /window that is too large/,
    ],
    [
      'an initial window that is too large',
      [Frame.settings, 0, 0, encodeSettings([[Setting.initialWindowSize, 0x80000000]])],
      /window that is too large/,
    ],
    ['more padding than frame', [Frame.data, Flag.padded, 1, Buffer.from([3, 0, 0])], /more padding than frame/],
    ['padding of an empty frame', [Frame.data, Flag.padded, 1, Buffer.alloc(0)], /more padding than frame/],
    [
      'headers that end in their priority',
      [Frame.headers, Flag.endHeaders | Flag.priority, 1, Buffer.alloc(4)],
      /ends too early/,
    ],
  ] as const)('ends by %s', async (_name, frame, reason) => {
    const { peer, seen } = await connected()
    const [type, flags, stream, body] = frame
    peer.send(type, flags, stream, body)
    await until('the end', () => seen.end !== '')
    expect(seen.end).toMatch(reason)
  })

  it('refuses a header block without end', async () => {
    const { peer, seen } = await connected()
    peer.send(Frame.headers, 0, 1, Buffer.alloc(FRAME))
    for (let sent = 0; sent < 3; sent += 1) peer.send(Frame.continuation, 0, 1, Buffer.alloc(FRAME))
    peer.send(Frame.continuation, 0, 1, Buffer.alloc(1))
    await until('the end', () => seen.end !== '')
    expect(seen.end).toMatch(/header block that is too long/)
    expect(seen.headers).toEqual([])
  })
})
