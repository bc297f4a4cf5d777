import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  headers,
  number,
  PREFACE,
  request,
  settings,
  Type,
} from '../../../test/http2-frames.ts'
import { DEFAULT_HTTP2_OPTIONS } from '../src/config/read-http2-options.ts'
import { type MemoryConnection, memoryConnection, type Recorded } from './memory-connection.ts'
import { receivedFrames, summary } from './received-frames.ts'

const BEGIN = Buffer.concat([PREFACE, settings([])])
const POST = (path: string, ...more: (readonly [string, string])[]) => request('POST', 'a', path, ...more)

function begun(over: Parameters<typeof memoryConnection>[0] = {}): MemoryConnection {
  const connection = memoryConnection(over)
  connection.feed(BEGIN)
  return connection
}

const http2 = (over: Partial<typeof DEFAULT_HTTP2_OPTIONS>) => ({ http2: { ...DEFAULT_HTTP2_OPTIONS, ...over } })

const said = (connection: MemoryConnection) => summary(connection.socket.output)

/** What a connection makes of bytes that come in these pieces. */
function outcome(bytes: Buffer, cuts: readonly number[]) {
  const connection = memoryConnection()
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  connection.feed(...at.slice(1).map((end, index) => bytes.subarray(at[index], end)))
  const { output, destroyed, ended } = connection.socket
  connection.close()
  return {
    accepted: connection.accepted,
    recorded: connection.recorded,
    faults: connection.faults,
    output: output.toString('hex'),
    destroyed,
    ended,
  }
}

const path = fc.constantFrom('/', '/hold', '/hold/2')
const field = fc.tuple(
  fc.constantFrom('x-a', 'x-b', 'cookie', 'te', 'content-length', 'X-C', ':path', 'connection'),
  fc.constantFrom('', '1', 'trailers', ' a ', 'b\r\nc', 'd'.repeat(300)),
)
const fields = fc.array(field, { maxLength: 3 })
const stream = fc.constantFrom(1, 3, 5, 7)
/** Frames of clients good and bad. */
const anyFrame = fc.oneof(
  fc
    .tuple(stream, path, fields, fc.boolean())
    .map(([id, to, more, end]) => headers(id, [...POST(to), ...more], end ? 1 : 0)),
  fc.tuple(stream, fields).map(([id, more]) => headers(id, more)),
  fc.tuple(stream, fc.string({ maxLength: 20 }), fc.boolean()).map(([id, body, end]) => data(id, body, end ? 1 : 0)),
  fc
    .tuple(stream, path, fields)
    .map(([id, to, more]) =>
      Buffer.concat([
        frame(Type.headers, END_STREAM, id, block(POST(to))),
        frame(Type.continuation, END_HEADERS, id, block(more)),
      ]),
    ),
  stream.map((id) => frame(Type.data, 9, id, '\x05abc\0\0\0\0\0')),
  stream.map((id) => number(Type.reset, id, 8)),
  fc
    .tuple(fc.constantFrom(0, 1, 3), fc.constantFrom(0, 1, 70_000, 0x7fffffff))
    .map(([id, by]) => number(Type.window, id, by)),
  fc.constantFrom(
    frame(Type.ping, 0, 0, '12345678'),
    settings([[4, 100]]),
    settings([[4, 0]]),
    frame(0x77, 1, 2, 'abc'),
  ),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
)

describe('bytes of a client', () => {
  it('mean the same however they are split', () => {
    const input = fc.tuple(fc.array(anyFrame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }))
    fc.assert(
      fc.property(input, ([frames, cuts]) => {
        const bytes = Buffer.concat([BEGIN, ...frames])
        const whole = outcome(bytes, [])
        expect(outcome(bytes, cuts)).toEqual(whole)
        expect(whole.faults).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('mean the same one by one', () => {
    const bytes = Buffer.concat([
      BEGIN,
      headers(1, POST('/hold', ['content-length', '6']), 0),
      frame(Type.data, 8, 1, '\x02abc\0\0'),
      frame(Type.data, 9, 1, '\x01def\0'),
      headers(3, get('a')),
    ])
    expect(outcome(bytes, Array.from(bytes.keys()))).toEqual(outcome(bytes, []))
  })

  it('let nothing pass that is not strict, and end every request', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), (frames) => {
        const { accepted, recorded } = outcome(Buffer.concat([BEGIN, ...frames]), [])
        expect(recorded.length).toBeGreaterThanOrEqual(accepted.length)
        for (const one of accepted) expectStrict(one)
        for (const { headers: list, bytes, result } of recorded) {
          const length = list.find((line) => line.startsWith('content-length: '))?.slice(16)
          // A complete request has the body that it announces; none has more.
          if (length !== undefined) expect(bytes).toBeLessThanOrEqual(Number(length))
          expect(result).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** RFC 9110 5: what would go to an upstream is one line each. */
function expectStrict({ request: line, headers: list }: Recorded): void {
  const [method, target, authority, scheme] = JSON.parse(line) as string[]
  expect(method).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)
  expect(target).toMatch(/^[\x21-\x7e]+$/)
  expect(authority).toMatch(/^[\x21-\x7e]+$/)
  expect(scheme).toMatch(/^https?$/)
  const pairs = list.map((text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 2)] as const)
  for (const [name, value] of pairs) {
    expect(name).toMatch(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/)
    expect(value).toMatch(/^(?![ \t])[\t\x20-\x7e\x80-\xff]*$/)
    expect(value).not.toMatch(/[ \t]$/)
  }
  const names = pairs.map(([name]) => name)
  for (const name of ['connection', 'transfer-encoding', 'upgrade', 'keep-alive', 'host', 'expect']) {
    expect(names).not.toContain(name)
  }
  for (const name of ['content-length', 'cookie']) expect(names.filter((one) => one === name).length).toBeLessThan(2)
}

describe('a request', () => {
  it('is answered on its stream', () => {
    const connection = begun()
    connection.feed(headers(1, get('a')), headers(3, get('a')))
    expect(said(connection)).toEqual(['1 200', '1 DATA ok END', '3 200', '3 DATA ok END'])
  })

  it('that is answered before its end is asked for no more', () => {
    const connection = begun()
    connection.feed(headers(1, POST('/'), 0))
    expect(said(connection)).toEqual(['1 200', '1 DATA ok END', '1 RESET 0'])
    connection.feed(data(1, 'late'), headers(3, get('a')))
    expect(said(connection).slice(3)).toEqual(['3 200', '3 DATA ok END'])
  })

  it('is told of a reset, and its connection goes on', () => {
    const connection = begun()
    connection.feed(headers(1, get('a', '/hold')), number(Type.reset, 1, 8))
    expect(connection.recorded.map(({ result }) => result)).toEqual([expect.stringContaining('http2.remote_reset')])
    connection.feed(headers(3, get('a')))
    expect(said(connection)).toEqual(['3 200', '3 DATA ok END'])
  })

  it('ends with its connection', () => {
    const connection = begun()
    connection.feed(headers(1, get('a', '/hold')))
    connection.close()
    expect(connection.recorded).toHaveLength(1)
  })

  it('beyond the streams that may be open is refused, and may be tried again', () => {
    const connection = begun(http2({ maxConcurrentStreams: 2 }))
    connection.feed(headers(1, get('a', '/hold')), headers(3, get('a', '/hold')), headers(5, get('a')))
    expect(said(connection)).toEqual(['5 RESET 7'])
    connection.feed(number(Type.reset, 1, 8), headers(7, get('a')))
    expect(said(connection)).toEqual(['5 RESET 7', '7 200', '7 DATA ok END'])
  })

  it('that is malformed ends its stream alone where that is configured', () => {
    const connection = begun(http2({ streamErrorOnInvalidMessage: true }))
    connection.feed(headers(1, get('a', '/', ['X-A', 'b'])), headers(3, get('a')))
    expect(said(connection)).toEqual(['1 RESET 1', '3 200', '3 DATA ok END'])
  })
})

describe('a body', () => {
  it('comes within the window of its stream, and goes on when that grows', () => {
    const connection = begun()
    connection.feed(settings([[4, 1]]), headers(1, get('a')))
    expect(said(connection)).toEqual(['1 200', '1 DATA o'])
    connection.feed(number(Type.window, 1, 5))
    expect(said(connection)).toEqual(['1 200', '1 DATA o', '1 DATA k END'])
  })

  it('heeds a window that the client takes back', () => {
    const connection = begun()
    connection.feed(settings([[4, 1]]), headers(1, get('a')), settings([[4, 0]]), number(Type.window, 1, 1))
    expect(said(connection)).toEqual(['1 200', '1 DATA o'])
    connection.feed(settings([[4, 1]]))
    expect(said(connection).at(-1)).toBe('1 DATA k END')
  })

  it('is allowed again as it is consumed, stream and connection by themselves', () => {
    const connection = begun(http2({ initialStreamWindow: 65_535, initialConnectionWindow: 65_535 }))
    connection.feed(headers(1, POST('/hold'), 0))
    for (let sent = 0; sent < 64_000; sent += 16_000) connection.feed(data(1, Buffer.alloc(16_000), 0))
    const updates = receivedFrames(connection.socket.output).filter(({ type }) => type === Type.window)
    expect(updates.map(({ stream, payload }) => [stream, payload.readUInt32BE(0)])).toEqual([
      [0, 48_000],
      [1, 48_000],
    ])
  })

  it.each([
    ['of its stream', { initialStreamWindow: 65_535, initialConnectionWindow: 1_000_000 }, '1 RESET 3'],
    ['of the connection', { initialStreamWindow: 1_000_000, initialConnectionWindow: 65_535 }, 'GOAWAY 1 3'],
  ])('beyond the window %s is refused', (_which, windows, last) => {
    const connection = begun(http2(windows))
    connection.feed(headers(1, POST('/hold'), 0))
    // Nobody takes more than 64 KiB of it, so the windows do not grow for ever.
    for (let sent = 0; sent < 20; sent += 1) connection.feed(data(1, Buffer.alloc(16_000), 0))
    expect(said(connection)).toEqual([last])
    expect(connection.recorded[0]?.bytes).toBeLessThan(2 * 65_536)
  })
})

describe('a header table', () => {
  const remembered = Buffer.concat([block(get('a')), Buffer.from('4003782d610162', 'hex')])
  const referring = Buffer.concat([block(get('a')), Buffer.of(0xbe)])

  it('that the client was told not to have may be used until it says that it knows', () => {
    const connection = begun(http2({ hpackTableSize: 0 }))
    connection.feed(frame(Type.headers, 5, 1, remembered), frame(Type.headers, 5, 3, referring))
    expect(connection.accepted.map(({ headers: list }) => list)).toEqual([
      ['x-a: b', expect.anything()],
      ['x-a: b', expect.anything()],
    ])
    connection.feed(
      frame(Type.settings, 1, 0),
      frame(Type.headers, 5, 5, Buffer.concat([Buffer.of(0x20), block(get('a'))])),
    )
    expect(said(connection).at(-1)).toBe('5 DATA ok END')
    connection.feed(frame(Type.headers, 5, 7, Buffer.from('3f01', 'hex')))
    expect(said(connection).at(-1)).toBe('GOAWAY 5 9')
  })
})

describe('limits', () => {
  it.each([
    ['PING', frame(Type.ping, 0, 0, '12345678')],
    ['SETTINGS', settings([])],
    ['PRIORITY', frame(Type.priority, 0, 1, Buffer.alloc(5))],
    ['WINDOW_UPDATE', number(Type.window, 0, 1)],
    ['empty DATA', data(1, '', 0)],
  ])('end a connection that sends %s without end', (_what, one) => {
    const connection = begun()
    connection.socket.reading = false
    connection.feed(headers(1, POST('/hold'), 0))
    for (let sent = 0; sent < 2000 && !connection.socket.ended; sent += 1) connection.feed(one)
    expect(said(connection).at(-1)).toBe('GOAWAY 1 11')
    expect(connection.recorded).toHaveLength(1)
  })

  it('let a client that reads ping for as long as it likes', () => {
    const connection = begun()
    for (let sent = 0; sent < 3000; sent += 1) connection.feed(frame(Type.ping, 0, 0, '12345678'))
    expect(said(connection)).toHaveLength(3000)
  })

  it('end a connection that opens streams only to reset them', () => {
    const connection = begun()
    for (let id = 1; id < 3000; id += 2) connection.feed(headers(id, get('a', '/hold')), number(Type.reset, id, 8))
    expect(connection.socket.destroyed).toBe(true)
    expect(connection.recorded.length).toBeLessThanOrEqual(250)
  })

  it('let a client cancel now and then', () => {
    const connection = begun()
    for (let id = 1; id < 4000; id += 8) {
      connection.feed(headers(id, get('a')), headers(id + 2, get('a')), headers(id + 4, get('a', '/hold')))
      connection.feed(number(Type.reset, id + 4, 8))
    }
    expect(connection.socket.destroyed).toBe(false)
  })

  it('hold for a header block without end', () => {
    const connection = begun()
    connection.feed(frame(Type.headers, 0, 1, block(get('a'))))
    for (let sent = 0; sent < 600 && !connection.socket.ended; sent += 1) {
      connection.feed(frame(Type.continuation, 0, 1, block([['x-a', 'b']])))
    }
    expect(said(connection)).toEqual(['GOAWAY 0 11'])
  })

  it('hold for a block that unpacks to much', () => {
    const connection = begun()
    const bomb = Buffer.concat([
      block(get('a')),
      Buffer.of(0x40),
      Buffer.of(1, 0x61, 0x7f, 0xa1, 0x1e),
      Buffer.alloc(4000, 0x61),
    ])
    connection.feed(frame(Type.headers, 5, 1, Buffer.concat([bomb, Buffer.alloc(8000, 0xbe)])))
    expect(said(connection)).toEqual(['1 RESET 2'])
    expect(connection.recorded[0]?.result).toContain('http2.')
    connection.feed(headers(3, get('a')))
    expect(said(connection).at(-1)).toBe('3 DATA ok END')
  })
})

describe('the end of a connection', () => {
  it('is announced, then fixed, and waits for what is under way', () => {
    const connection = begun()
    connection.feed(headers(1, get('a', '/hold')))
    connection.served.drain(100)
    connection.feed(headers(3, get('a')))
    expect(said(connection)).toEqual([`GOAWAY ${0x7fffffff} 0`, '3 200', '3 DATA ok END'])
    connection.clock.advance(200)
    connection.feed(headers(5, get('a')))
    expect(said(connection).slice(3)).toEqual(['GOAWAY 3 0', '5 RESET 7'])
    expect(connection.socket.ended).toBe(false)
    connection.feed(number(Type.reset, 1, 8))
    expect(connection.socket.ended).toBe(true)
  })

  it('is announced with the first answer of a listener that drains', () => {
    const connection = begun({ drainTimeoutMs: 50 })
    connection.drainListener()
    connection.feed(headers(1, get('a')))
    expect(said(connection)).toEqual(['1 200', `GOAWAY ${0x7fffffff} 0`, '1 DATA ok END'])
    connection.clock.advance(100)
    expect(connection.socket.ended).toBe(true)
  })

  it('comes after the requests that it may carry', () => {
    const connection = begun({ maxRequestsPerConnection: 2, drainTimeoutMs: 50 })
    connection.feed(headers(1, get('a')), headers(3, get('a')))
    expect(said(connection)).toContain(`GOAWAY ${0x7fffffff} 0`)
    connection.clock.advance(100)
    expect(connection.socket.ended).toBe(true)
  })

  it('comes when it was idle for too long', () => {
    const connection = begun({ idleTimeoutMs: 1000, drainTimeoutMs: 50 })
    connection.feed(headers(1, get('a', '/hold')))
    connection.clock.advance(5000)
    expect(said(connection)).toEqual([])
    connection.feed(number(Type.reset, 1, 8))
    connection.clock.advance(2000)
    expect(said(connection)).toEqual([`GOAWAY ${0x7fffffff} 0`, 'GOAWAY 1 0'])
  })

  it('comes when a header block is not complete in time', () => {
    const connection = begun({ requestHeadersTimeoutMs: 500 })
    connection.feed(frame(Type.headers, 0, 1, block(get('a'))))
    connection.clock.advance(1000)
    expect(said(connection)).toEqual(['GOAWAY 0 11'])
  })

  it('comes when the client does not answer a PING', () => {
    const keepalive = { intervalMs: 1000, timeoutMs: 200, jitterPercent: 0, idleIntervalMs: 0 }
    const connection = begun(http2({ keepalive }))
    connection.clock.advance(1050)
    expect(said(connection)).toEqual([`PING 0 ${'\0'.repeat(8)}`])
    connection.feed(frame(Type.ping, 1, 0, Buffer.alloc(8)))
    connection.clock.advance(900)
    expect(connection.socket.destroyed).toBe(false)
    connection.clock.advance(400)
    expect(connection.socket.destroyed).toBe(true)
  })
})

describe('one client that asks for much at once', () => {
  const requests = Buffer.concat(Array.from({ length: 70 }, (_, index) => headers(2 * index + 1, POST('/'), 1)))
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

  it('is served a part of it in each turn of the event loop, in order', async () => {
    const connection = begun()
    connection.feed(requests.subarray(0, -5), requests.subarray(-5))
    const served: number[] = [connection.accepted.length]
    while ((served.at(-1) as number) < 70) {
      await nextTurn()
      served.push(connection.accepted.length)
    }
    expect(served).toEqual([32, 64, 70])
    expect(connection.recorded.map(({ result }) => result.slice(0, 3))).toEqual(Array(70).fill('200'))
    expect(connection.faults).toEqual([])
  })

  it('may go away meanwhile', async () => {
    const connection = begun()
    connection.feed(requests)
    connection.close()
    await nextTurn()
    await nextTurn()
    expect(connection.accepted).toHaveLength(32)
    expect(connection.faults).toEqual([])
  })
})
