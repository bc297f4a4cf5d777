import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeHeaders, encodeHeaders } from '../src/client/hpack.ts'
import { Http2Call } from '../src/client/http2-call.ts'
import { until } from './until.ts'

const servers: (Http2Server | Server)[] = []
const calls: Http2Call[] = []
afterEach(() => {
  for (const call of calls.splice(0)) call.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen(server: Http2Server | Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A call to Node's HTTP/2 server, and all that it was told. */
async function call(onStream: (stream: ServerHttp2Stream) => void, settings = {}) {
  const server = createServer({ settings })
  server.on('stream', onStream)
  server.on('session', (session) => session.on('error', () => {}))
  return open(await listen(server))
}

function open(target: string) {
  const seen = { headers: [] as Record<string, string>[], data: [] as Buffer[], pongs: 0, end: '', connected: false }
  const made = new Http2Call({
    target,
    headers: [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/a.B/C'],
      [':authority', target],
      ['x-long', 'v'.repeat(300)],
    ],
    onConnect: () => {
      seen.connected = true
    },
    onHeaders: (headers) => void seen.headers.push(Object.fromEntries(headers)),
    onData: (chunk) => void seen.data.push(Buffer.from(chunk)),
    onPong: () => {
      seen.pongs += 1
    },
    onEnd: (reason) => {
      seen.end = reason
    },
  })
  calls.push(made)
  return { call: made, seen }
}

describe('Http2Call', () => {
  it("is understood by Node's server, and understands it", async () => {
    const { call: made, seen } = await call((stream) => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'x-name': 'ü~"\\', date: 'now' },
        { waitForTrailers: true },
      )
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '3', 'grpc-message': 'no such%20node' }))
      stream.on('data', (chunk: Buffer) =>
        chunk.toString() === 'end' ? stream.end('bye') : stream.write(`got ${chunk}`),
      )
    })
    made.write(Buffer.from('one'))
    await until('the answer', () => Buffer.concat(seen.data).toString() === 'got one')
    made.write(Buffer.from('end'))
    await until('the end', () => seen.end !== '')
    expect(seen.end).toBe('stream ended')
    expect(seen.headers[0]).toMatchObject({ ':status': '200', 'content-type': 'application/grpc', date: 'now' })
    expect(seen.headers[1]).toMatchObject({ 'grpc-status': '3', 'grpc-message': 'no such%20node' })
  })

  it('keeps to the windows of the other side, both ways', async () => {
    const size = 3 * 1024 * 1024
    const { call: made, seen } = await call(
      (stream) => {
        let received = 0
        stream.respond({ ':status': 200 })
        stream.on('data', (chunk: Buffer) => {
          received += chunk.length
          if (received === size) stream.end(Buffer.alloc(size, 'y'))
        })
      },
      { initialWindowSize: 20_000 },
    )
    made.write(Buffer.alloc(size, 'x'))
    await until('everything', () => seen.end !== '')
    expect(Buffer.concat(seen.data).equals(Buffer.alloc(size, 'y'))).toBe(true)
  })

  it('pings', async () => {
    const { call: made, seen } = await call((stream) => stream.respond({ ':status': 200 }))
    made.ping()
    await until('the pong', () => seen.pongs === 1)
  })

  it.each([
    ['a reset', (stream: ServerHttp2Stream) => stream.close(8), /reset, error 8/],
    ['a session that is destroyed', (stream: ServerHttp2Stream) => stream.session?.destroy(), /closed|refused|reset/],
  ])('ends by %s', async (_name, act, reason) => {
    const { seen } = await call(act)
    await until('the end', () => seen.end !== '')
    expect(seen.end).toMatch(reason)
  })

  it('says why it cannot connect', async () => {
    const server = createTcpServer()
    const target = await listen(server)
    server.close()
    servers.splice(0)
    const { seen } = open(target)
    await until('the end', () => seen.end !== '')
    expect(seen.end).toMatch(/ECONNREFUSED/)
  })

  it('ends, and does nothing worse, whatever the other side sends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 9, maxLength: 200 }), async (bytes) => {
        const server = createTcpServer((socket) => {
          socket.on('error', () => {})
          socket.end(bytes)
        })
        const { seen } = open(await listen(server))
        await until('the end', () => seen.end !== '')
        server.close()
      }),
      { numRuns: 50 },
    )
  })
})

describe('HPACK', () => {
  it('reads what it writes', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 400,
    })
    fc.assert(
      fc.property(text, text, (name, value) => {
        expect([...decodeHeaders(encodeHeaders([[name, value]]))]).toEqual([[name, value]])
      }),
    )
  })

  it.each([
    // RFC 7541, C.4.1 and C.6.1: Huffman-coded examples.
    [
      '828684418cf1e3c2e5f23a6ba0ab90f4ff',
      { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'www.example.com' },
    ],
    [
      '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
      {
        ':status': '302',
        'cache-control': 'private',
        date: 'Mon, 21 Oct 2013 20:13:21 GMT',
        location: 'https://www.example.com',
      },
    ],
  ])('reads %s', (hex, expected) => {
    expect(Object.fromEntries(decodeHeaders(Buffer.from(hex, 'hex')))).toEqual(expected)
  })

  it.each([['80'], ['ff'], ['be'], ['0001'], ['000161'], ['00016180ff'], ['ffffffffff7f'], ['0081ff00'], ['008100']])(
    'refuses %s',
    (hex) => {
      expect(() => decodeHeaders(Buffer.from(hex, 'hex'))).toThrow()
    },
  )
})
