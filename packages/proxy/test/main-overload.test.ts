import { ManualClock, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { OverloadMonitor } from '../src/overload/overload-monitor.ts'
import { OverloadState, overloadMemory } from '../src/overload/overload-state.ts'
import { ProxyProgram } from '../src/proxy-program.ts'
import { severalWorkers } from '../src/worker/several-workers.ts'
import { until } from './until.ts'
import { Cleanup, RawClient } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const address = { socket_address: { address: '127.0.0.1', port_value: 0 } }
const hcm = {
  '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  stat_prefix: 'in',
  route_config: {
    name: 'r',
    virtual_hosts: [
      { name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status: 204 } }] },
    ],
  },
  http_filters: [
    { name: 'router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } },
  ],
}
const inspector = {
  name: 'tls_inspector',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector' },
}

const monitors = 'type.googleapis.com/envoy.extensions.resource_monitors'
const atMost = (count: number) => ({
  name: 'envoy.resource_monitors.global_downstream_max_connections',
  typed_config: {
    '@type': `${monitors}.downstream_connections.v3.DownstreamConnectionsConfig`,
    max_active_downstream_connections: count,
  },
})

const heap = (max_heap_size_bytes: number) => ({
  name: 'heap',
  typed_config: { '@type': `${monitors}.fixed_heap.v3.FixedHeapConfig`, max_heap_size_bytes },
})
const refuseRequests = (...triggers: readonly unknown[]) => ({
  name: 'envoy.overload_actions.stop_accepting_requests',
  triggers,
})

const bootstrap = (overload_manager: unknown, listener_filters: readonly unknown[] = []) =>
  readBootstrap({
    admin: { address },
    overload_manager,
    static_resources: {
      listeners: [
        { name: 'l', address, listener_filters, filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }] },
      ],
    },
  })

describe('the limit of client connections', () => {
  it.each([
    ['one worker', 1, []],
    ['two workers', 2, []],
    ['connections that are inspected', 1, [inspector]],
  ])('holds for %s, and ends with its connections', async (_, concurrency, filters) => {
    const proxy = new ProxyProgram({
      bootstrap: bootstrap({ resource_monitors: [atMost(3)] }, filters),
      drainMs: 100,
      workers: await severalWorkers(concurrency),
      clock: systemClock,
      random: Math.random,
      logger: createSwitchedLogger('proxy', 'error'),
      memory: () => process.memoryUsage(),
      onQuit: () => {},
    })
    cleanup.add(() => proxy.close())
    await proxy.start()
    const port = (await proxy.listenerPorts()).get('l') as number
    const ask = async () => {
      const client = new RawClient(cleanup, port)
      client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
      await client.until(({ received, closed, ended }) => received !== '' || closed || ended)
      return client
    }
    const first = await ask()
    for (const client of [first, await ask(), await ask()]) expect(client.received).toContain('204')
    expect((await ask()).received).toBe('')
    const overflow = await fetch(`http://127.0.0.1:${proxy.adminPort}/stats?filter=downstream_global_cx_overflow`)
    expect(await overflow.text()).toMatch(/: 1\n$/)
    first.socket.destroy()
    await until('a place', async () => (await ask()).received.includes('204'))
  })

  it.each([1, 2])('requests are refused while memory is short, and only then (%i workers)', async (concurrency) => {
    let rss = 10
    const proxy = new ProxyProgram({
      bootstrap: bootstrap({
        refresh_interval: '0.01s',
        resource_monitors: [atMost(100), heap(100)],
        actions: [refuseRequests({ name: 'heap', threshold: { value: 0.8 } })],
      }),
      drainMs: 100,
      workers: await severalWorkers(concurrency),
      clock: systemClock,
      random: Math.random,
      logger: createSwitchedLogger('proxy', 'error'),
      memory: () => ({ ...process.memoryUsage(), rss }),
      onQuit: () => {},
    })
    cleanup.add(() => proxy.close())
    await proxy.start()
    const port = (await proxy.listenerPorts()).get('l') as number
    const statuses = async () => {
      const answers = Array.from({ length: 10 }, () =>
        fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }),
      )
      return [...new Set((await Promise.all(answers)).map(({ status }) => status))]
    }
    expect(await statuses()).toEqual([204])
    rss = 80
    await until('refusals', async () => (await statuses()).join() === '503')
    rss = 79
    await until('answers', async () => (await statuses()).join() === '204')
    const text = await (await fetch(`http://127.0.0.1:${proxy.adminPort}/stats?filter=overload`)).text()
    expect(text).toContain('overload.heap.pressure: 79\n')
    expect(text).toMatch(/http\.in\.downstream_rq_overload_close: [1-9]/)
  })

  it('is measured in shares between two thresholds', () => {
    const clock = new ManualClock()
    const state = new OverloadState(overloadMemory())
    let resident = 0
    const actions = [{ action: 'refuse-requests', name: 'a', from: 0.5, to: 0.9 }] as const
    const heap = { name: 'heap', maxBytes: 1_000 }
    const monitor = new OverloadMonitor({ heap, actions, refreshMs: 1_000, clock, resident: () => resident, state })
    for (const [bytes, share] of [
      [400, 0],
      [500, 0],
      [600, 0.25],
      [700, 0.5],
      [900, 1],
      [5_000, 1],
      [100, 0],
    ] as const) {
      resident = bytes
      clock.advance(1_000)
      expect(state.refusesRequests, String(bytes)).toBeCloseTo(share, 9)
      expect(state.rejectsConnections).toBe(0)
    }
    monitor.close()
  })

  it.each([
    [{ resource_monitors: [atMost(0)] }, 'must limit connections to at least one'],
    [{ resource_monitors: [atMost(1), atMost(2)] }, 'overload_manager.resource_monitors'],
    [
      { resource_monitors: [{ name: 'h', typed_config: { '@type': `${monitors}.fixed_heap.v3.FixedHeapConfig` } }] },
      'overload_manager.resource_monitors[0].typed_config',
    ],
    [{ actions: [{ name: 'envoy.overload_actions.shrink_heap' }] }, 'overload_manager.actions'],
    [{ resource_monitors: [heap(0)] }, 'max_heap_size_bytes'],
    [{ resource_monitors: [heap(1), heap(1)] }, 'overload_manager.resource_monitors'],
    [{ resource_monitors: [heap(1)], actions: [refuseRequests()] }, 'overload_manager.actions[0].triggers'],
    [
      { resource_monitors: [heap(1)], actions: [refuseRequests({ name: 'other', threshold: { value: 1 } })] },
      'overload_manager.actions[0].triggers[0].name',
    ],
    [
      { resource_monitors: [heap(1)], actions: [refuseRequests({ name: 'heap', threshold: { value: 2 } })] },
      'triggers[0].threshold.value',
    ],
    [{ resource_monitors: [heap(1)], actions: [refuseRequests({ name: 'heap' })] }, 'triggers[0]'],
  ])('is refused as %j', (config, words) => {
    let error: unknown
    try {
      bootstrap(config)
    } catch (thrown) {
      error = thrown
    }
    const { path, message } = error as { path?: string; message: string }
    expect(`${path}: ${message}`).toContain(words)
  })
})
