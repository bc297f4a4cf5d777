import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { block, data, END_HEADERS, frame, headers, number, settings, Type } from '../../../test/http2-frames.ts'
import { fuzz, seeds } from './fuzz/http2-client-frames.ts'
import { type MemoryUpstream, memoryUpstream } from './memory-upstream.ts'

const OK: (readonly [string, string])[] = [[':status', '200']]

function begun(over: Parameters<typeof memoryUpstream>[0] = {}): MemoryUpstream {
  const server = memoryUpstream(over)
  server.feed(settings([]))
  return server
}

/** What one GET hears when the server says this. */
function heard(...parts: readonly Buffer[]): readonly string[] {
  const server = begun()
  const { handler } = server.request('GET', true)
  server.feed(...parts)
  expect(server.faults).toEqual([])
  return handler.events
}

describe('responses of HTTP/2', () => {
  it('are told in order: interim heads, the head, the body, the trailers', () => {
    const interim = headers(
      1,
      [
        [':status', '103'],
        ['link', '</a>'],
      ],
      0,
    )
    const end = headers(1, [['x-end', 'yes']])
    expect(heard(interim, headers(1, [...OK, ['x-a', 'b']], 0), data(1, 'ab', 0), data(1, 'c', 0), end)).toEqual([
      'interim 103 link: </a>\r\n',
      'head 200 x-a: b\r\n',
      'body abc',
      'end x-end: yes\r\n',
    ])
  })

  it.each<[string, Buffer[]]>([
    ['without a status', [headers(1, [['x', 'y']])]],
    ['with two', [headers(1, [...OK, ...OK])]],
    ['with a status that is none', [headers(1, [[':status', '99']])]],
    ['with a pseudo field behind others', [headers(1, [['x', 'y'], ...OK])]],
    ['with a pseudo field of requests', [headers(1, [...OK, [':path', '/']])]],
    ['with a field of the connection', [headers(1, [...OK, ['connection', 'close']])]],
    ['with capital letters', [headers(1, [...OK, ['X-A', 'b']])]],
    ['with two lengths', [headers(1, [...OK, ['content-length', '1'], ['content-length', '1']], 0)]],
    ['with 101', [headers(1, [[':status', '101']], 0)]],
    ['with an interim head at their end', [headers(1, [[':status', '100']])]],
    ['with less than their length', [headers(1, [...OK, ['content-length', '4']], 0), data(1, 'abc')]],
    ['with more than their length', [headers(1, [...OK, ['content-length', '2']], 0), data(1, 'abc')]],
    ['with a length and no body', [headers(1, [...OK, ['content-length', '2']])]],
    ['with two heads', [headers(1, OK, 0), headers(1, OK, 0)]],
    ['with pseudo fields behind the body', [headers(1, OK, 0), headers(1, OK)]],
  ])('%s break only their stream', (_name, parts) => {
    const server = begun({ streamErrorOnInvalidMessage: true })
    const { handler } = server.request('GET', true)
    const other = server.request('GET', true)
    server.feed(...parts, headers(3, OK))
    expect(handler.events.at(-1)).toBe('reset protocol error')
    expect(other.handler.events).toEqual(['head 200 '])
    expect(server.socket.destroyed).toBe(false)
  })

  it.each<[string, Buffer[]]>([
    ['a push', [frame(Type.push, END_HEADERS, 1, Buffer.concat([Buffer.from([0, 0, 0, 2]), block(OK)]))]],
    ['a stream that nobody opened', [headers(9, OK)]],
    ['a block that cannot be decoded', [frame(Type.headers, END_HEADERS, 1, Buffer.of(0xff, 0xff, 0xff))]],
    ['a body before its head', [data(1, 'abc')]],
    ['an end before its head', [data(1, '')]],
    ['less than its length', [headers(1, [...OK, ['content-length', '4']], 0), data(1, 'abc')]],
  ])('%s ends what it must', (_name, parts) => {
    const server = begun()
    const { handler } = server.request('GET', true)
    server.feed(...parts)
    server.close()
    expect(handler.events.at(-1)).toBe('reset protocol error')
  })

  it('that are there as a whole outlive their connection', () => {
    const server = begun()
    const { handler, upstream } = server.request('GET', true)
    server.feed(headers(1, OK, 0))
    upstream.pause()
    server.feed(data(1, 'abc'))
    server.close()
    upstream.resume()
    expect(handler.events).toEqual(['head 200 ', 'body abc', 'end '])
  })

  it('hold though the server wants no more of the request', () => {
    const server = begun()
    const { handler, upstream } = server.request('POST', false)
    server.feed(headers(1, OK, 0))
    upstream.pause()
    server.feed(data(1, 'early'), number(Type.reset, 1, 0))
    upstream.resume()
    expect(handler.events).toEqual(['head 200 ', 'body early', 'end '])
    expect(server.connection.active).toBe(0)
  })

  it('of requests above the last stream of GOAWAY are refused, and others go on', () => {
    const server = begun()
    const [first, second] = [server.request('GET', true), server.request('POST', true)]
    server.feed(frame(Type.goAway, 0, 0, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])))
    expect(second.handler.events).toEqual(['reset remote refused stream reset'])
    expect(server.connection.capacity).toBe(0)
    expect(server.socket.destroyed).toBe(false)
    server.feed(headers(1, OK))
    expect(first.handler.events).toEqual(['head 200 '])
    expect(server.closed).toBe(true)
  })
})

const stream = fc.constantFrom(1, 3, 5, 7)
const anyFrame = fc.oneof(
  fc
    .tuple(stream, fc.constantFrom('200', '103', '204', '1'), fc.constantFrom(0, 1))
    .map(([id, status, flags]) => headers(id, [[':status', status]], flags)),
  fc
    .tuple(stream, fc.string({ maxLength: 40 }), fc.constantFrom(0, 1))
    .map(([id, text, flags]) => data(id, text, flags)),
  fc.tuple(stream, fc.nat(10)).map(([id, code]) => number(Type.reset, id, code)),
  fc.tuple(fc.constantFrom(0, 1, 3), fc.nat(100_000)).map(([id, bytes]) => number(Type.window, id, bytes)),
  fc.tuple(fc.nat(9), fc.nat(255), stream, fc.uint8Array({ maxLength: 20 })).map((all) => frame(...all)),
)

describe('whatever a server says', () => {
  it('means the same, however it is split', () => {
    const outcome = (bytes: Buffer, cuts: readonly number[]) => {
      const server = begun()
      const requests = [server.request('GET', true), server.request('POST', false), server.request('HEAD', true)]
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
      server.feed(...at.slice(1).map((end, index) => bytes.subarray(at[index], end)))
      server.close()
      return requests.map(({ handler }) => handler.events)
    }
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 6 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames)
        expect(outcome(bytes, cuts)).toEqual(outcome(bytes, []))
      }),
    )
  })

  it('ends each request exactly once', () => {
    for (const seed of seeds) fuzz(seed)
    fc.assert(fc.property(fc.array(anyFrame, { maxLength: 12 }), (frames) => fuzz(Buffer.concat(frames))))
  })
})
