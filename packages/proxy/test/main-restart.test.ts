import { Agent, request, type Server } from 'node:http'
import { systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { ProxyProgram } from '../src/proxy-program.ts'
import { severalWorkers } from '../src/worker/several-workers.ts'
import { until } from './until.ts'
import { Cleanup, startHttp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })

/** One listener on `port` that sends everything to `upstream`, and says which of two proxies it is. */
function bootstrap(port: number, upstream: number, name: string) {
  const hcm = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'in',
    drain_timeout: '0.2s',
    route_config: {
      name: 'r',
      response_headers_to_add: [{ header: { key: 'x-proxy', value: name } }],
      virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'up' } }] }],
    },
    http_filters: [
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
  const load_assignment = {
    cluster_name: 'up',
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstream) } }] }],
  }
  return readBootstrap({
    static_resources: {
      clusters: [{ name: 'up', load_assignment }],
      listeners: [
        { name: 'l', address: address(port), filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }] },
      ],
    },
  })
}

async function startProxy(port: number, upstream: number, name: string, concurrency: number): Promise<ProxyProgram> {
  const proxy = new ProxyProgram({
    bootstrap: bootstrap(port, upstream, name),
    // Half of it is for what is in flight, on a machine that does much else besides.
    drainMs: 5_000,
    workers: await severalWorkers(concurrency),
    clock: systemClock,
    random: Math.random,
    logger: createSwitchedLogger('proxy', 'error'),
    memory: () => process.memoryUsage(),
    onQuit: () => {},
  })
  cleanup.add(() => proxy.close())
  await proxy.start()
  return proxy
}

/** Clients that keep their connections, as they are told to, and never try a request again. */
class Load {
  readonly answers: string[] = []
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })
  #stopped = false
  readonly #clients: Promise<void>[]

  constructor(port: number) {
    this.#port = port
    this.#clients = Array.from({ length: 8 }, () => this.#run())
  }

  /** Until it has got so many more answers. */
  async more(count: number): Promise<void> {
    const wanted = this.answers.length + count
    await until(`${count} more answers`, () => this.answers.length >= wanted)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
    this.#agent.destroy()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) this.answers.push(await this.#request())
  }

  #request(): Promise<string> {
    return new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port: this.#port, agent: this.#agent }, (response) => {
        response.resume()
        response.on('end', () => resolve(`${response.statusCode} ${response.headers['x-proxy']}`))
      })
      sent.on('error', (error) => resolve(error.message))
      sent.end()
    })
  }
}

const lateAnswer = (_: unknown, response: { end(body: string): void }) => void setTimeout(() => response.end('ok'), 15)

describe.runIf(process.platform === 'linux')('a restart', () => {
  it.each([1, 2])('beside the old process fails no request (%i workers)', async (concurrency) => {
    const port = await freePort()
    // A connection that idles for long may be closed under the client's hands: that is no proxy's fault.
    const upstream = await startHttp(cleanup, lateAnswer, (server: Server) => void (server.keepAliveTimeout = 60_000))
    const old = await startProxy(port, upstream, 'old', concurrency)
    const load = new Load(port)
    await load.more(16)
    await startProxy(port, upstream, 'new', concurrency)
    await old.drain()
    await old.close()
    await load.more(8)
    const before = load.answers.length
    await load.more(16)
    await load.stop()
    expect(load.answers.filter((answer) => !/^200 (old|new)$/.test(answer))).toEqual([])
    expect(load.answers.slice(0, 8)).toEqual(Array(8).fill('200 old'))
    expect(new Set(load.answers.slice(before))).toEqual(new Set(['200 new']))
  })
})
