import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { TraceStore } from '../../src/traces/trace-store.ts'
import { answerTraceQuery } from '../../src/traces/zipkin-api.ts'
import { readZipkinJson } from '../../src/traces/zipkin-json.ts'
import { span, TRACE_ID, traceId } from './spans.ts'

const NOW_MS = 1_700_000_000_000

function start() {
  const clock = new ManualClock(NOW_MS)
  const store = new TraceStore(clock)
  const ask = (path: string) => {
    const url = new URL(path, 'http://x')
    const answer = answerTraceQuery(url.pathname.split('/').slice(1), url.searchParams, store, clock)
    return answer?.contentType === 'application/json' ? JSON.parse(answer.body) : answer
  }
  const ids = (query: string) => ask(`/traces?${query}`).map(([first]: { traceId: string }[]) => first?.traceId)
  const at = (secondsAgo: number) => (NOW_MS / 1_000 - secondsAgo) * 1e6
  return { store, ask, ids, at }
}

describe('Zipkin’s API', () => {
  it('gives a trace by its id, short or long, as it was posted', () => {
    const { store, ask } = start()
    const posted = {
      ...{ traceId: 'a3ce929d0e0e4736', id: '1', parentId: '2', name: 'get /', kind: 'SERVER', shared: true },
      ...{ timestamp: 1_000_001, duration: 5, localEndpoint: { serviceName: 'Shop', ipv4: '10.0.0.1', port: 80 } },
      remoteEndpoint: { ipv6: '::1' },
      annotations: [{ timestamp: 1_000_003, value: 'ws' }],
      tags: { ['__proto__']: 'x', 'http.path': '/' },
    }
    for (const one of readZipkinJson(JSON.parse(JSON.stringify([posted])))) store.add(one)
    const whole = {
      ...posted,
      traceId: '0000000000000000a3ce929d0e0e4736',
      id: '0000000000000001',
      parentId: '0000000000000002',
    }
    for (const id of ['a3ce929d0e0e4736', 'A3CE929D0E0E4736', '0000000000000000a3ce929d0e0e4736']) {
      expect(JSON.stringify(ask(`/trace/${id}`)[0].tags)).toBe(JSON.stringify(posted.tags))
      expect(ask(`/trace/${id}`)).toEqual([whole])
    }
    expect(ask(`/traceMany?traceIds=a3ce929d0e0e4736,${TRACE_ID}`)).toEqual([[whole]])
    expect(ask(`/trace/${TRACE_ID}`)).toMatchObject({ status: 404 })
    expect(ask('/trace/nothex')).toMatchObject({ status: 400 })
    expect(ask('/nothing')).toBeUndefined()
    expect(ask('/trace/a/b')).toBeUndefined()
  })

  it('finds traces by service, name, remote service, duration, tags and time', () => {
    const { store, ids, at } = start()
    const remoteEndpoint = { serviceName: 'DB' }
    store.add(span({ traceId: traceId(1), timestamp: at(10), duration: 500, tags: { error: 'timeout' } }))
    store.add(span({ traceId: traceId(2), timestamp: at(20), duration: 900, name: 'post /', remoteEndpoint }))
    store.add(span({ traceId: traceId(2), timestamp: at(19), duration: 5, localEndpoint: { serviceName: 'stock' } }))
    store.add(span({ traceId: traceId(3), timestamp: at(90_000), annotations: [{ timestamp: 1, value: 'retry' }] }))
    expect(ids('')).toEqual([traceId(1), traceId(2)])
    expect(ids('limit=1')).toEqual([traceId(1)])
    expect(ids('lookback=100000000')).toEqual([traceId(1), traceId(2), traceId(3)])
    expect(ids(`endTs=${NOW_MS - 15_000}`)).toEqual([traceId(2)])
    expect(ids('serviceName=STOCK')).toEqual([traceId(2)])
    expect(ids('serviceName=shop&spanName=post%20/')).toEqual([traceId(2)])
    expect(ids('serviceName=stock&spanName=post%20/')).toEqual([])
    expect(ids('spanName=all&remoteServiceName=db')).toEqual([traceId(2)])
    expect(ids('minDuration=600')).toEqual([traceId(2)])
    expect(ids('minDuration=1&maxDuration=600')).toEqual([traceId(1), traceId(2)])
    expect(ids('annotationQuery=error')).toEqual([traceId(1)])
    expect(ids('annotationQuery=error%3Dtimeout and error')).toEqual([traceId(1)])
    expect(ids('annotationQuery=error%3Dother')).toEqual([])
    expect(ids('annotationQuery=retry&lookback=100000000')).toEqual([traceId(3)])
  })

  it('lists services, span names and remote services', () => {
    const { store, ask } = start()
    store.add(span({ name: 'b', remoteEndpoint: { serviceName: 'db' } }))
    store.add(span({ name: 'a', localEndpoint: { serviceName: 'Shop' } }))
    store.add(span({ name: 'c', localEndpoint: { serviceName: 'stock' } }))
    expect(ask('/services')).toEqual(['Shop', 'shop', 'stock'])
    expect(ask('/spans?serviceName=shop')).toEqual(['a', 'b'])
    expect(ask('/remoteServices?serviceName=shop')).toEqual(['db'])
    expect(ask('/spans')).toMatchObject({ status: 400, body: 'serviceName is required' })
  })

  it.each(['limit=0', 'limit=x', 'minDuration=-1', 'maxDuration=5', 'minDuration=6&maxDuration=5', 'endTs=1e3'])(
    'refuses %s',
    (query) => {
      expect(start().ask(`/traces?${query}`)).toMatchObject({ status: 400 })
    },
  )

  it('says where a posted span is wrong', () => {
    const good = { traceId: TRACE_ID, id: '1' }
    const read =
      (...list: unknown[]) =>
      () =>
        readZipkinJson(list)
    expect(() => readZipkinJson({})).toThrow('the request must be an array of spans')
    expect(read(good, 5)).toThrow('[1] must be an object')
    expect(read({ ...good, traceId: '0' })).toThrow('[0].traceId must be hex digits')
    expect(read({ ...good, id: undefined })).toThrow('[0].id must be hex digits')
    expect(read({ ...good, tags: [] })).toThrow('[0].tags must be an object')
    expect(read({ ...good, timestamp: '5' })).toThrow('[0].timestamp must be microseconds')
    expect(read({ ...good, parentId: '0000000000000000', tags: { a: { toString: 1 } } })).not.toThrow()
  })
})
