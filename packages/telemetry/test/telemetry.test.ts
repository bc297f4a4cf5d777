import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManualClock, silentLogger } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { createTelemetry, fetchText } from '../src/index.ts'

const page = (requests: number) =>
  `# TYPE istio_requests_total counter\nistio_requests_total{destination_service="s",reporter="source",response_code="200"} ${requests}\n`

describe('createTelemetry', () => {
  it('scrapes each second, sums and gives rates', async () => {
    const clock = new ManualClock()
    const pages = new Map([
      ['http://a/', page(100)],
      ['http://b/', page(5)],
    ])
    const targets = [...pages.keys()].map((url) => ({ proxy: url, url }))
    const telemetry = createTelemetry({
      clock,
      logger: silentLogger,
      targets: () => targets,
      fetch: async (url) => pages.get(url) ?? '',
    })
    await settled()
    pages.set('http://a/', page(120))
    clock.advance(1_000)
    await settled()
    clock.advance(500)
    pages.set('http://b/', 'istio_requests_total{broken')
    clock.advance(1_000)
    await settled()
    expect(telemetry.metricsText()).toContain('response_code="200"} 125\n')
    expect(telemetry.metricsText()).toContain('mizzen_telemetry_scrape_failures_total 1\n')
    expect(telemetry.signals(10_000)).toMatchObject([{ service: 's', requests: 20 }])
    telemetry.close()
  })

  it('does not call a target again that has not answered', async () => {
    const clock = new ManualClock()
    let calls = 0
    const telemetry = createTelemetry({
      clock,
      logger: silentLogger,
      targets: () => [{ proxy: 'a', url: 'http://a/' }],
      fetch: () => {
        calls += 1
        return new Promise(() => {})
      },
    })
    clock.advance(5_000)
    expect(calls).toBe(1)
    telemetry.close()
  })

  it('calls a target that fails less and less often', async () => {
    const clock = new ManualClock()
    let calls = 0
    const telemetry = createTelemetry({
      clock,
      logger: silentLogger,
      targets: () => [{ proxy: 'a', url: 'http://a/' }],
      fetch: () => {
        calls += 1
        return Promise.reject(new Error('no answer'))
      },
    })
    for (let second = 0; second < 120; second += 1) {
      await settled()
      clock.advance(1_000)
    }
    expect(calls).toBeGreaterThan(5)
    expect(calls).toBeLessThan(12)
    telemetry.close()
  })
})

describe('fetchText', () => {
  let server: Server | undefined
  afterEach(() => server?.closeAllConnections())

  async function serve(answer: (path: string) => { status?: number; body?: string } | undefined): Promise<string> {
    server = createServer((request, response) => {
      const given = answer(request.url ?? '')
      if (given !== undefined) response.writeHead(given.status ?? 200).end(given.body)
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    server.unref()
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('answers with the body, and refuses other statuses, long bodies and late answers', async () => {
    const url = await serve((path) => {
      if (path === '/late') return undefined
      return path === '/missing' ? { status: 404 } : { body: 'x'.repeat(path === '/long' ? 2_000 : 10) }
    })
    const limits = { timeoutMs: 5_000, maxBytes: 1_000 }
    expect(await fetchText(`${url}/`, limits)).toBe('xxxxxxxxxx')
    await expect(fetchText(`${url}/missing`, limits)).rejects.toMatchObject({ code: 'bad-status' })
    await expect(fetchText(`${url}/long`, limits)).rejects.toMatchObject({ code: 'too-large' })
    await expect(fetchText(`${url}/late`, { timeoutMs: 50, maxBytes: 10 })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})

/** Lets pending promises run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
