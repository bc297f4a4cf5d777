import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock, silentLogger } from '../../packages/base/src/index.ts'
import { createTelemetry, openMetricHistory, type Telemetry } from '../../packages/telemetry/src/index.ts'
import { requireTool } from '../requirements.ts'
import { differences } from './compare-answers.ts'
import { type RealPrometheus, startPrometheus } from './real-prometheus.ts'

const prometheus = requireTool('prometheus')

/** What one proxy shows; the control plane's page is made from it. */
const PROXY_PAGE = `# TYPE istio_requests_total counter
istio_requests_total{reporter="source",destination_workload="web-v1",response_code="200",text="a \\"b\\" \\\\ c"} 41
istio_requests_total{reporter="source",destination_workload="web-v2",response_code="503"} 7
# TYPE istio_request_duration_milliseconds histogram
istio_request_duration_milliseconds_bucket{destination_workload="web-v1",le="5"} 30
istio_request_duration_milliseconds_bucket{destination_workload="web-v1",le="10"} 40
istio_request_duration_milliseconds_bucket{destination_workload="web-v1",le="+Inf"} 41
istio_request_duration_milliseconds_sum{destination_workload="web-v1"} 123.5
istio_request_duration_milliseconds_count{destination_workload="web-v1"} 41
`

/** Prometheus adds labels of its own to what it scrapes. */
const QUERIES = [
  'sum without (job, instance) (istio_requests_total)',
  'sum by (destination_workload) (istio_requests_total{response_code=~"5.."})',
  'histogram_quantile(0.9, sum by (le) (istio_request_duration_milliseconds_bucket))',
  'sum(istio_request_duration_milliseconds_sum) / sum(istio_request_duration_milliseconds_count)',
  'count by (__name__) ({__name__=~"istio_.*"})',
]

describe.skipIf(prometheus === undefined)('a real Prometheus that scrapes our metrics', () => {
  let theirs: RealPrometheus | undefined
  let telemetry: Telemetry | undefined
  let pages: Server | undefined
  afterEach(async () => {
    telemetry?.close()
    pages?.close()
    await theirs?.stop()
  })

  it('holds what our own history holds', async () => {
    const clock = new ManualClock(Date.now())
    const metricTypes = () => telemetry!.metricTypes()
    const history = openMetricHistory({ clock, logger: silentLogger, metricTypes, version: '0' })
    const targets = () => [{ proxy: 'web', url: 'http://proxy.invalid/' }]
    telemetry = createTelemetry({ clock, logger: silentLogger, targets, history, fetch: async () => PROXY_PAGE })
    const find = (path: string, query: string) => history.api.answer([path], new URLSearchParams({ query }))
    // Two rounds: one to scrape, one to record.
    for (let second = 0; second < 4; second += 1) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    pages = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(telemetry!.metricsText())
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => pages!.once('listening', resolve))
    theirs = await startPrometheus(prometheus!, [`127.0.0.1:${(pages.address() as AddressInfo).port}`])
    await expect.poll(() => ask(theirs!, 'count(istio_requests_total)'), { timeout: 60_000 }).toContain('"2"')
    for (const query of QUERIES) {
      const theirAnswer = JSON.parse(await ask(theirs, query))
      const ourAnswer = JSON.parse((await find('query', query))!.body)
      expect(ourAnswer.data.result, query).not.toEqual([])
      expect(differences(timeless(ourAnswer), timeless(theirAnswer)), query).toEqual([])
    }
  })
})

async function ask(theirs: RealPrometheus, query: string): Promise<string> {
  return (await fetch(`${theirs.url}/api/v1/query?${new URLSearchParams({ query })}`)).text()
}

/** Each was asked at its own time. */
function timeless(answer: { data: { result: { value: unknown[] }[] } }) {
  const result = answer.data.result.map((one) => ({ ...one, value: one.value.slice(1) }))
  return { status: 200, body: JSON.stringify({ ...answer, data: { ...answer.data, result } }) }
}
