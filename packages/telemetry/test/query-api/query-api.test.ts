import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { History } from '../../src/history/history.ts'
import { createPromqlEngine } from '../../src/promql/engine.ts'
import { createMetricQuery } from '../../src/query-api/metric-query.ts'
import { createPrometheusClient } from '../../src/query-api/prometheus-client.ts'
import { createQueryApi, type QueryApi } from '../../src/query-api/query-api.ts'
import { numberText } from '../../src/query-api/query-json.ts'

const START = 1_700_000_000_000

function api(): QueryApi {
  const clock = new ManualClock(START + 60_500)
  const history = new History()
  const requests = { name: 'requests_total', labels: { app: 'a "b"' }, value: 0 }
  for (let second = 0; second <= 60; second += 1) {
    requests.value = second * 2
    history.record(START + second * 1_000, [requests])
  }
  const engine = createPromqlEngine({ source: history, clock })
  const metricTypes = () => new Map([['requests_total', 'counter' as const]])
  return createQueryApi({ engine, catalogue: history, metricTypes, clock, version: '1.2.3' })
}

async function ask(path: string, params: Record<string, string> = {}) {
  const answer = await api().answer(path.split('/'), new URLSearchParams(params))
  return answer === undefined ? undefined : [answer.status, answer.body]
}

describe('the query API', () => {
  it('writes what Prometheus writes', async () => {
    expect(await ask('query', { query: 'requests_total' })).toEqual([
      200,
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"requests_total","app":"a \\"b\\""},"value":[1700000060.500,"120"]}]}}',
    ])
    expect(await ask('query', { query: '1e22', time: '5' })).toEqual([
      200,
      '{"status":"success","data":{"resultType":"scalar","result":[5,"1e+22"]}}',
    ])
    expect(
      await ask('query_range', {
        query: 'rate(requests_total[30s])',
        start: '1700000059',
        end: '2023-11-14T22:14:20Z',
        step: '1s',
      }),
    ).toEqual([
      200,
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"app":"a \\"b\\""},"values":[[1700000059,"2"],[1700000060,"2"]]}]}}',
    ])
  })

  it('tells of series, labels and metrics', async () => {
    expect(await ask('series', { 'match[]': 'requests_total' })).toEqual([
      200,
      '{"status":"success","data":[{"__name__":"requests_total","app":"a \\"b\\""}]}',
    ])
    expect(await ask('labels')).toEqual([200, '{"status":"success","data":["__name__","app"]}'])
    expect(await ask('label/app/values')).toEqual([200, '{"status":"success","data":["a \\"b\\""]}'])
    expect(await ask('label/app/values', { start: '1', end: '2' })).toEqual([200, '{"status":"success","data":[]}'])
    expect(await ask('metadata')).toEqual([
      200,
      '{"status":"success","data":{"requests_total":[{"type":"counter","help":"","unit":""}]}}',
    ])
    expect(await ask('status/buildinfo')).toMatchObject([200, expect.stringContaining('"version":"1.2.3"')])
    expect(await ask('query', { query: 'requests_total or vector(1)', limit: '1' })).toMatchObject([
      200,
      expect.stringContaining('"warnings":["results truncated due to limit"]'),
    ])
  })

  it('says what is wrong with a request, and knows what is not its own', async () => {
    expect(await ask('query', { query: 'sum(' })).toEqual([
      400,
      '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:5: parse error: unexpected end of input"}',
    ])
    expect(await ask('query', { query: '1', time: 'noon' })).toMatchObject([
      400,
      expect.stringContaining('invalid parameter \\"time\\"'),
    ])
    expect(await ask('pods')).toBeUndefined()
    expect(await ask('label/a/b')).toBeUndefined()
  })

  it('writes numbers as Go does', () => {
    const numbers = [0.1, -0, 1e21, 1e20, 1e-7, 1.5e-7, 1e100, Number.NaN, Number.NEGATIVE_INFINITY]
    expect(numbers.map(numberText)).toEqual([
      '0.1',
      '-0',
      '1e+21',
      '100000000000000000000',
      '1e-07',
      '1.5e-07',
      '1e+100',
      'NaN',
      '-Inf',
    ])
  })

  it('gives values to those who judge by them', async () => {
    const query = createMetricQuery(api())
    const [value, ...more] = await query('rate(requests_total[30s])', START + 60_000)
    expect(value).toEqual({ labels: { app: 'a "b"' }, value: 2 })
    expect(more).toEqual([])
    expect(await query('0/0', START)).toEqual([{ labels: {}, value: Number.NaN }])
    await expect(query('sum(', START)).rejects.toMatchObject({ code: 'bad-query' })
    await expect(query('requests_total[1m]', START)).rejects.toMatchObject({ code: 'bad-query' })
  })
})

describe('a Prometheus in place of the history', () => {
  it('is asked, and its answer comes back as it is', async () => {
    const seen: string[] = []
    const server = createServer(async (request, response) => {
      const body = await new Response(request as never).text()
      seen.push(`${request.method} ${request.url} ${body}`)
      response.writeHead(422).end('{"status":"error","errorType":"execution","error":"no"}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`)
    const client = createPrometheusClient(url)
    const answer = await client.answer(['query'], new URLSearchParams({ query: 'a+b' }))
    await client.answer(['label', 'app', 'values'], new URLSearchParams({ start: '1' }))
    await expect(createMetricQuery(client)('up', 1_500)).rejects.toMatchObject({ code: 'query-failed', message: 'no' })
    server.close()
    expect(answer).toEqual({ status: 422, body: '{"status":"error","errorType":"execution","error":"no"}' })
    expect(seen).toEqual([
      'POST /prefix/api/v1/query query=a%2Bb',
      'GET /prefix/api/v1/label/app/values?start=1 ',
      'POST /prefix/api/v1/query query=up&time=1.5',
    ])
    expect(client.answer(['admin', 'tsdb', 'delete_series'], new URLSearchParams())).toBeUndefined()
  })

  it('is unavailable where nobody listens', async () => {
    const client = createPrometheusClient(new URL('http://127.0.0.1:1'))
    const answer = await client.answer(['query'], new URLSearchParams({ query: '1' }))
    expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('"errorType":"unavailable"') })
  })
})
