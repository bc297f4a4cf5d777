import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { collectorAt } from '../../src/traces/collector.ts'
import { acceptExport, type UnaryCall } from '../../src/traces/grpc-intake.ts'
import { takeSpanPost } from '../../src/traces/http-intake.ts'
import type { Span } from '../../src/traces/span.ts'
import { TraceIntake } from '../../src/traces/trace-intake.ts'
import { protobuf } from './protobuf.ts'
import { TRACE_ID } from './spans.ts'

const spanBytes = (id: string) =>
  protobuf([
    [1, Buffer.from(TRACE_ID, 'hex')],
    [2, Buffer.from(id, 'hex')],
    [5, 'n'],
  ])
const request = (...spans: Buffer[]) =>
  protobuf([[1, protobuf([[2, protobuf(spans.map((one) => [2, one] as const))]])]])
const GOOD = spanBytes('00f067aa0ba902b7')
const BAD = spanBytes('00f067aa')

function start() {
  const kept: Span[] = []
  const intake = new TraceIntake({ keep: (span) => kept.push(span) })
  const post = (to: 'otlp' | 'zipkin', contentType: string, body: Buffer | string, contentEncoding = '') =>
    takeSpanPost({ to, contentType, contentEncoding, body: Buffer.from(body) }, intake)
  return { kept, intake, post }
}

describe('spans by HTTP', () => {
  it('are taken as OTLP and Zipkin, compressed or not', async () => {
    const { kept, post } = start()
    const answer = await post('otlp', 'application/x-protobuf', request(GOOD))
    expect(answer).toEqual({ status: 200, contentType: 'application/x-protobuf', body: Buffer.alloc(0) })
    expect(await post('otlp', 'application/x-protobuf', gzipSync(request(GOOD)), 'gzip')).toMatchObject({ status: 200 })
    expect(await post('otlp', 'application/json; charset=utf-8', deflateSync('{}'), 'deflate')).toEqual({
      ...{ status: 200, contentType: 'application/json', body: Buffer.from('{}') },
    })
    const zipkin = JSON.stringify([{ traceId: TRACE_ID, id: '1' }])
    expect(await post('zipkin', 'application/json', zipkin)).toMatchObject({ status: 202, body: Buffer.alloc(0) })
    expect(kept).toHaveLength(3)
  })

  it('that have no ids are rejected, and the others taken', async () => {
    const { kept, intake, post } = start()
    const { status, body } = await post('otlp', 'application/x-protobuf', request(GOOD, BAD, BAD))
    expect(status).toBe(200)
    const reason = '2 spans: the trace id is not 16 bytes or the span id not 8, or they are zeros'
    expect(body).toEqual(
      protobuf([
        [
          1,
          protobuf([
            [1, 2],
            [2, reason],
          ]),
        ],
      ]),
    )
    const json = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE_ID, spanId: '' }] }] }] }
    expect(JSON.parse(String((await post('otlp', 'application/json', JSON.stringify(json))).body))).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: reason.replace('2', '1') },
    })
    expect([kept.length, intake.taken, intake.rejected]).toEqual([1, 1, 3])
  })

  it('that cannot be read are refused in the words of the standard', async () => {
    const { kept, post } = start()
    const cut = await post('otlp', 'application/x-protobuf', request(GOOD).subarray(0, -1))
    expect(cut).toMatchObject({ status: 400, contentType: 'application/x-protobuf' })
    expect(cut.body.subarray(0, 2)).toEqual(protobuf([[1, 3]]))
    const json = await post('otlp', 'application/json', '{')
    expect(JSON.parse(String(json.body))).toEqual({ code: 3, message: expect.stringContaining('not JSON') })
    expect(await post('zipkin', 'application/json', '{}')).toMatchObject({
      ...{
        status: 400,
        contentType: 'text/plain; charset=utf-8',
        body: Buffer.from('the request must be an array of spans\n'),
      },
    })
    expect(await post('otlp', 'text/plain', '{}')).toMatchObject({ status: 415 })
    expect(await post('zipkin', 'application/x-thrift', '')).toMatchObject({ status: 415 })
    expect(await post('otlp', 'application/json', '{}', 'br')).toMatchObject({ status: 415 })
    expect(await post('otlp', 'application/json', '{}', 'gzip')).toMatchObject({ status: 400 })
    expect(kept).toEqual([])
  })

  it('are bounded: inflated bytes, and spans of a request', async () => {
    const { kept, post } = start()
    const bomb = gzipSync(Buffer.alloc(17 * 2 ** 20))
    expect(await post('otlp', 'application/x-protobuf', bomb, 'gzip')).toMatchObject({ status: 413 })
    const many = request(...Array.from({ length: 20_001 }, () => GOOD))
    expect(await post('otlp', 'application/x-protobuf', many)).toMatchObject({ status: 413 })
    expect(kept).toEqual([])
  })
})

describe('spans by gRPC', () => {
  function call(...messages: Buffer[]) {
    const { kept, intake } = start()
    const said: unknown[] = []
    let listener: Parameters<UnaryCall['listen']>[0] | undefined
    acceptExport(
      {
        listen: (given) => {
          listener = given
        },
        write: ([first]) => said.push(['message', first]) > 0,
        end: () => said.push('end'),
        fail: (code) => said.push(['fail', code]),
      },
      intake,
    )
    for (const message of messages) listener?.onMessage(message)
    listener?.onEnd()
    return { said, kept }
  }

  it('are answered once, and a call without a request is refused', () => {
    expect(call(request(GOOD)).said).toEqual([['message', Buffer.alloc(0)], 'end'])
    const twice = call(request(GOOD), request(GOOD))
    expect([twice.said.length, twice.kept.length]).toEqual([2, 1])
    expect(call().said).toEqual([['fail', 3]])
    expect(call(Buffer.from([0xff])).said).toEqual([['fail', 3]])
    expect(call(Buffer.alloc(4 * 2 ** 20 + 1)).said).toEqual([['fail', 8]])
  })
})

describe('what is passed on', () => {
  const OTHER = 'ffffffffffffffffffffffffffffffff'
  const span = (traceId: string, more = '') => `{"traceId":"${traceId}","id":"1"${more}}`

  function forward(url: string, rate: number) {
    const batches: { body: unknown; contentType: string; spans: number }[] = []
    const forwarder = { add: (batch: (typeof batches)[number]) => batches.push(batch) } as never
    const collector = collectorAt(new URL(url))
    const intake = new TraceIntake({ keep: () => {}, forward: { forwarder, collector, rate } })
    return { batches, intake }
  }

  it('is the request itself where all of it goes, and its sampled part else', () => {
    const all = forward('http://c/v1/traces', 1)
    all.intake.take('otlp-protobuf', request(GOOD))
    expect(all.batches).toEqual([{ body: request(GOOD), contentType: 'application/x-protobuf', spans: 1 }])
    all.intake.take('otlp-protobuf', request(BAD, GOOD))
    expect(all.batches[1]?.body).toEqual(request(GOOD))
    const some = forward('http://c/api/v2/spans', 0.01)
    some.intake.take('zipkin-json', Buffer.from(`[${span(TRACE_ID)},${span(OTHER, ',"new":1')}]`))
    some.intake.take('zipkin-json', Buffer.from(`[${span(TRACE_ID)}]`))
    expect(some.batches).toEqual([{ body: `[${span(OTHER, ',"new":1')}]`, contentType: 'application/json', spans: 1 }])
  })

  it('is said in the words of the collector', () => {
    const zipkin = forward('http://c/zipkin/api/v2/spans', 1)
    zipkin.intake.take('otlp-protobuf', request(GOOD))
    expect(JSON.parse(String(zipkin.batches[0]?.body))).toMatchObject([{ traceId: TRACE_ID, id: '00f067aa0ba902b7' }])
    const otlp = forward('http://c', 1)
    otlp.intake.take('zipkin-json', Buffer.from(`[${span(TRACE_ID)}]`))
    expect(JSON.parse(String(otlp.batches[0]?.body))).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE_ID, spanId: '0000000000000001' }] }] }],
    })
  })

  it('goes where collectors take it', () => {
    const at = (url: string) => [collectorAt(new URL(url)).speaks, collectorAt(new URL(url)).url.href]
    expect(at('http://c:4318')).toEqual(['otlp', 'http://c:4318/v1/traces'])
    expect(at('http://c:4318/otlp/')).toEqual(['otlp', 'http://c:4318/otlp/v1/traces'])
    expect(at('http://c/v1/traces')).toEqual(['otlp', 'http://c/v1/traces'])
    expect(at('http://c:9411/api/v2/spans')).toEqual(['zipkin', 'http://c:9411/api/v2/spans'])
  })
})
