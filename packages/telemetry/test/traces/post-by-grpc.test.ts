/** Batches of spans to a collector by OTLP over gRPC: a server of Node's HTTP/2 that answers as each test says. */
import { once } from 'node:events'
import { createServer, type Http2Server, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { GrpcPoster } from '../../src/traces/post-by-grpc.ts'
import { protobuf } from './protobuf.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const BATCH = { body: Buffer.from('spans'), contentType: 'application/x-protobuf', spans: 5 }

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

interface Answer {
  readonly http?: number
  readonly body?: Buffer
  readonly trailers: OutgoingHttpHeaders
}

interface Collector {
  readonly poster: GrpcPoster
  readonly server: Http2Server
  readonly calls: { readonly path: string; readonly body: Buffer }[]
  readonly sessions: () => number
}

async function start(answer: (stream: ServerHttp2Stream) => Answer | 'none'): Promise<Collector> {
  const server = createServer()
  const calls: { path: string; body: Buffer }[] = []
  let sessions = 0
  server.on('session', () => (sessions += 1))
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {})
    const body = await buffer(stream).catch(() => Buffer.alloc(0))
    calls.push({ path: String(headers[':path']), body })
    const said = answer(stream)
    if (said === 'none' || stream.destroyed) return
    stream.respond({ ':status': said.http ?? 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(said.trailers))
    stream.end(said.body)
  })
  const poster = new GrpcPoster(await listen(server))
  ends.push(() => {
    poster.close()
    server.close()
  })
  return { poster, server, calls, sessions: () => sessions }
}

async function listen(server: Server | Http2Server): Promise<URL> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new URL(`grpc://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

const post = ({ poster }: Collector, signal = new AbortController().signal) => poster.post(BATCH, signal)

/** google.rpc.Status with a RetryInfo of so many seconds and nanoseconds. */
function retryInfo(seconds: number, nanos: number): string {
  const delay = protobuf([
    [1, seconds],
    [2, nanos],
  ])
  const any = protobuf([
    [1, 'type.googleapis.com/google.rpc.RetryInfo'],
    [2, protobuf([[1, delay]])],
  ])
  const status = protobuf([
    [1, 8],
    [3, any],
  ])
  return status.toString('base64')
}

describe('a batch by gRPC', () => {
  it('is one message of a call, on a connection that all share', async () => {
    const collector = await start(() => ({ body: framed(Buffer.alloc(0)), trailers: { 'grpc-status': '0' } }))
    expect(await post(collector)).toEqual({ outcome: 'taken', rejected: 0, said: '' })
    await Promise.all([post(collector), post(collector)])
    expect(collector.calls).toEqual(Array(3).fill({ path: EXPORT, body: framed(BATCH.body) }))
    expect(collector.sessions()).toBe(1)
  })

  it('is taken but for what the collector says that it rejects', async () => {
    const partial = protobuf([
      [1, 3],
      [2, 'too old'],
    ])
    const body = framed(protobuf([[1, partial]]))
    const whole = await start(() => ({ body, trailers: { 'grpc-status': '0' } }))
    expect(await post(whole)).toEqual({ outcome: 'taken', rejected: 3, said: 'too old' })
    const cut = await start(() => ({ body: body.subarray(0, 3), trailers: { 'grpc-status': '0' } }))
    expect(await post(cut)).toEqual({ outcome: 'taken', rejected: 0, said: '' })
  })

  it.each([
    [{ 'grpc-status': '14', 'grpc-message': 'not%20now' }, 'later', 'gRPC status 14: not now', undefined],
    [{ 'grpc-status': '4' }, 'later', 'gRPC status 4: ', undefined],
    [{ 'grpc-status': '8' }, 'refused', 'gRPC status 8: ', undefined],
    [{ 'grpc-status': '8', 'grpc-status-details-bin': retryInfo(2, 500_000_000) }, 'later', 'gRPC status 8: ', 2_500],
    [{ 'grpc-status': '14', 'grpc-status-details-bin': '////' }, 'later', 'gRPC status 14: ', undefined],
    [{ 'grpc-status': '3', 'grpc-message': '%zz' }, 'refused', 'gRPC status 3: %zz', undefined],
    [{ 'grpc-status': '12' }, 'refused', 'gRPC status 12: ', undefined],
  ])('that is answered with %j is for %s', async (trailers, outcome, said, retryAfterMs) => {
    const collector = await start(() => ({ trailers }))
    expect(await post(collector)).toEqual({ outcome, said, ...(outcome === 'later' && { retryAfterMs }) })
  })

  it.each([
    [503, 'later'],
    [404, 'refused'],
    [200, 'refused'],
  ])('that HTTP answers with %d and no gRPC is for %s', async (http, outcome) => {
    const collector = await start(() => ({ http, trailers: {} }))
    const said = expect.stringContaining(`HTTP status ${http}, which is not gRPC's`)
    expect(await post(collector)).toMatchObject({ outcome, said })
  })
})

describe('a collector by gRPC that', () => {
  it('breaks off or goes away is called on another connection', async () => {
    let breaks = true
    const collector = await start((stream) => {
      if (!breaks) return { trailers: { 'grpc-status': '0' } }
      stream.session?.destroy()
      return 'none'
    })
    await expect(post(collector)).rejects.toThrow()
    breaks = false
    expect(await post(collector)).toMatchObject({ outcome: 'taken' })
    expect(collector.sessions()).toBe(2)
  })

  it('says GOAWAY is left when its calls are over', async () => {
    const collector = await start((stream) => {
      stream.session?.goaway()
      return { trailers: { 'grpc-status': '0' } }
    })
    expect(await post(collector)).toMatchObject({ outcome: 'taken' })
    expect(await post(collector)).toMatchObject({ outcome: 'taken' })
    expect(collector.sessions()).toBe(2)
  })

  it('does not answer is given up', async () => {
    const collector = await start(() => 'none')
    const end = new AbortController()
    const answer = expect(post(collector, end.signal)).rejects.toThrow()
    await expect.poll(() => collector.calls.length, { timeout: 10_000 }).toBe(1)
    end.abort()
    await answer
    await expect(post(collector, end.signal)).rejects.toThrow()
    expect(collector.calls).toHaveLength(1)
  })

  it('is none is no answer', async () => {
    const http1 = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.resume()
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    const poster = new GrpcPoster(await listen(http1))
    ends.push(
      () => poster.close(),
      () => http1.close(),
    )
    await expect(poster.post(BATCH, new AbortController().signal)).rejects.toThrow()
    http1.close()
    await once(http1, 'close')
    await expect(poster.post(BATCH, new AbortController().signal)).rejects.toThrow()
  })
})
