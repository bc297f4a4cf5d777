import { describe, expect, it } from 'vitest'
import type { LoggedRequest } from '../src/index.ts'
import { RequestLog } from '../src/log-stream/request-log.ts'

const request = (more: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...{ atMs: 1, method: 'GET', path: '/pay?x=1', host: 'shop', status: 200, flags: '-', details: 'via_upstream' },
  ...{ durationMs: 3, routeName: 'checkout', upstreamCluster: 'c', upstreamHost: '10.0.0.1:80', attempts: 1 },
  destination: {
    ...{ service: 'pay.shop.svc.cluster.local', workload: 'pay-v2', namespace: 'shop', version: 'v2' },
    pod: 'pay-v2-abc-x1.shop',
  },
  source: { workload: 'web', namespace: 'front', version: 'v1' },
  ...{ reporter: 'source', proxy: 'web-1-2.front' },
  ...more,
})

describe('RequestLog', () => {
  it('keeps failures, newest first, and finds them by what they are about', () => {
    const log = new RequestLog()
    log.add(request())
    log.add(request({ atMs: 10, status: 503 }))
    log.add(request({ atMs: 20, status: 0, routeName: 'other' }))
    log.add(request({ atMs: 30, grpcStatus: 14 }))
    log.add(request({ atMs: 40, grpcStatus: 5 }))
    const times = (query: Parameters<RequestLog['failures']>[0]) => log.failures(query).map(({ atMs }) => atMs)
    expect(times({})).toEqual([30, 20, 10])
    expect(times({ route: 'checkout', sinceMs: 15 })).toEqual([30])
    expect(times({ service: 'pay.shop.svc.cluster.local', version: 'v2', limit: 2 })).toEqual([30, 20])
    expect(times({ service: 'other' })).toEqual([])
  })

  it('keeps a bounded number of them, and those of quiet services beside a loud one', () => {
    const log = new RequestLog()
    const { destination } = request()
    log.add(request({ atMs: 1, status: 500, destination: { ...destination, service: 'quiet' } }))
    for (let at = 0; at < 2_000; at += 1) log.add(request({ atMs: at, status: 500 }))
    expect(log.failures({ limit: 10_000 })).toHaveLength(501)
    expect(log.failures({ service: 'quiet' })).toHaveLength(1)
  })

  it.each([
    [{ workload: 'pay-v2' }, true],
    [{ workload: 'web.front' }, true],
    [{ workload: 'pay-v2-abc-x1' }, true],
    [{ workload: 'pay' }, false],
    [{ service: 'pay' }, true],
    [{ service: 'pa' }, false],
    [{ namespace: 'front' }, true],
    [{ status: '2xx' }, true],
    [{ status: '404' }, false],
    [{ method: 'get', path: '/pay' }, true],
    [{ failures: true }, false],
    [{ reporter: 'destination' as const }, false],
    [{ route: 'checkout', version: 'v2' }, true],
  ])('gives who watches for %j what is wanted', (filter, wanted) => {
    const log = new RequestLog()
    const seen: LoggedRequest[] = []
    const end = log.watch(filter, (one) => seen.push(one))
    log.add(request())
    end()
    log.add(request())
    expect(seen).toHaveLength(wanted ? 1 : 0)
  })
})
