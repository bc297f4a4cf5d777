import { systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
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

  it.each([
    [{ resource_monitors: [atMost(0)] }, 'must limit connections to at least one'],
    [{ resource_monitors: [atMost(1), atMost(2)] }, 'overload_manager.resource_monitors'],
    [
      { resource_monitors: [{ name: 'h', typed_config: { '@type': `${monitors}.fixed_heap.v3.FixedHeapConfig` } }] },
      'overload_manager.resource_monitors[0].typed_config',
    ],
    [{ actions: [{ name: 'envoy.overload_actions.shrink_heap' }] }, 'overload_manager.actions'],
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
