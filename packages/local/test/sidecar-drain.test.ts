import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import { drainProxy, readTraffic } from '../src/kubelet/sidecar-drain.ts'

describe('readTraffic', () => {
  it('sums the listeners, without those that the proxy has for itself', () => {
    const stats = [
      'http.inbound_0.0.0.0_8080;.downstream_rq_active: 2',
      'http.inbound_0.0.0.0_8080;.downstream_rq_total: 100',
      'http.outbound_0.0.0.0_80;.downstream_rq_active: 1',
      'http.admin.downstream_rq_active: 1',
      'http.prometheus.downstream_rq_total: 7',
      'cluster.x.upstream_rq_active: 9',
    ]
    expect(readTraffic(stats.join('\n'))).toEqual({ active: 3, total: 100 })
  })

  it('knows nothing where there is nothing', () => {
    expect(readTraffic('server.live: 1\n')).toBeUndefined()
  })
})

interface Drained {
  readonly waitedMs: number
  readonly calls: readonly string[]
}

/** Drains a stand-in whose total grows by what `requests` says at each look. */
async function drain(
  times: { drainMs: number; longestMs: number },
  requests: () => number | undefined,
): Promise<Drained> {
  const calls: string[] = []
  let total = 0
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url?.split('?')[0]}`)
    const more = requests()
    total += more ?? 0
    if (more === undefined) response.end()
    else response.end(`http.in.downstream_rq_active: 0\nhttp.in.downstream_rq_total: ${total}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clock = new ManualClock()
  let over = false
  const { port } = server.address() as AddressInfo
  const done = drainProxy({ host: '127.0.0.1', port, ...times, clock }).then(() => {
    over = true
  })
  while (!over) {
    clock.advance(50)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await done
  await new Promise((resolve) => server.close(resolve))
  return { waitedMs: clock.monotonic(), calls }
}

describe('drainProxy', () => {
  it('ends when nobody calls any more, but not before a second is over', async () => {
    const { waitedMs, calls } = await drain({ drainMs: 60_000, longestMs: 60_000 }, () => 0)
    expect(calls[0]).toBe('POST /drain_listeners')
    expect(waitedMs).toBeGreaterThanOrEqual(1_000)
    expect(waitedMs).toBeLessThan(60_000)
  })

  it('goes on while there are calls, for as long as it may', async () => {
    const { waitedMs } = await drain({ drainMs: 100, longestMs: 4_000 }, () => 1)
    expect(waitedMs).toBeGreaterThanOrEqual(4_000)
  })

  it('takes the given time if there are no statistics', async () => {
    const { waitedMs } = await drain({ drainMs: 2_000, longestMs: 60_000 }, () => undefined)
    expect(waitedMs).toBeGreaterThanOrEqual(2_000)
    expect(waitedMs).toBeLessThan(60_000)
  })

  it('does not wait for a proxy that is not there', async () => {
    const clock = new ManualClock()
    await drainProxy({ host: '127.0.0.1', port: await freePort(), drainMs: 5_000, longestMs: 5_000, clock })
    expect(clock.monotonic()).toBe(0)
  })
})
