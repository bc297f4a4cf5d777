import { connect } from 'node:net'
import { systemClock } from '@mizzen/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { ProxyProgram } from '../src/proxy-program.ts'

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
const typed_config = {
  '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  stat_prefix: 'in',
  route_config: {
    name: 'r',
    virtual_hosts: [
      { name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }] },
    ],
  },
  http_filters: [
    { name: 'router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } },
  ],
}
const load_assignment = { cluster_name: 'c', endpoints: [{ lb_endpoints: [{ endpoint: { address: address(1) } }] }] }

let quits = 0
const logger = createSwitchedLogger('proxy', 'error')
const proxy = new ProxyProgram({
  bootstrap: readBootstrap({
    node: { id: 'n', cluster: 'k', metadata: { NAME: 'x' } },
    admin: { address: address(0) },
    static_resources: {
      clusters: [{ name: 'c', load_assignment }],
      listeners: [{ name: 'l', address: address(0), filter_chains: [{ filters: [{ name: 'hcm', typed_config }] }] }],
    },
  }),
  drainMs: 5_000,
  clock: systemClock,
  random: Math.random,
  logger,
  memory: () => process.memoryUsage(),
  onQuit: () => {
    quits += 1
  },
})

beforeAll(() => proxy.start())
afterAll(() => proxy.close())

async function ask(path: string, method = 'GET'): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`http://127.0.0.1:${proxy.adminPort}${path}`, { method })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

/** The answer to raw bytes, until the server closes. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(proxy.adminPort as number, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('the admin interface', () => {
  it('says that it is ready', async () => {
    expect(await ask('/ready')).toMatchObject({ status: 200, text: 'LIVE\n' })
    expect((await ask('/server_info')).text).toContain('"state": "LIVE"')
  })

  it("shows listeners and clusters in Envoy's forms", async () => {
    const port = (await proxy.listenerPorts()).get('l')
    expect((await ask('/listeners')).text).toBe(`l::127.0.0.1:${port}\n`)
    expect(
      JSON.parse((await ask('/listeners?format=json')).text).listener_statuses[0].local_address.socket_address
        .port_value,
    ).toBe(port)
    expect((await ask('/clusters')).text).toContain('c::127.0.0.1:1::health_flags::healthy\n')
    expect(JSON.parse((await ask('/clusters?format=json')).text).cluster_statuses[0]).toMatchObject({
      name: 'c',
      observability_name: 'c',
    })
  })

  it('shows its configuration', async () => {
    const { configs } = JSON.parse((await ask('/config_dump')).text)
    expect(configs.map((config: { '@type': string }) => config['@type'].split('.').at(-1))).toEqual([
      'BootstrapConfigDump',
      'ClustersConfigDump',
      'ListenersConfigDump',
      'RoutesConfigDump',
      'SecretsConfigDump',
    ])
    expect(configs[1].static_clusters[0].cluster).toMatchObject({
      '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
      name: 'c',
    })
  })

  it('counts', async () => {
    await fetch(`http://127.0.0.1:${(await proxy.listenerPorts()).get('l')}/`)
    expect((await ask('/stats?filter=^http.in.downstream_rq_2xx$')).text).toMatch(
      /^http\.in\.downstream_rq_2xx: [1-9]\n$/,
    )
    const { stats } = JSON.parse((await ask('/stats?format=json&usedonly&filter=server.live')).text)
    expect(stats).toEqual([{ name: 'server.live', value: 1 }])
    const prometheus = (await ask('/stats/prometheus')).text
    expect(prometheus).toContain('# TYPE envoy_http_downstream_rq_xx counter\n')
    expect((await ask('/stats?filter=(')).status).toBe(400)
    expect((await ask('/stats?format=html')).status).toBe(400)
  })

  it('changes things by POST only', async () => {
    for (const path of ['/quitquitquit', '/drain_listeners', '/healthcheck/fail', '/logging', '/reopen_logs']) {
      expect((await ask(path)).status).toBe(405)
    }
    expect(quits).toBe(0)
    expect((await ask('/quitquitquit', 'POST')).status).toBe(200)
    expect(quits).toBe(1)
    await ask('/healthcheck/fail', 'POST')
    expect(await ask('/ready')).toMatchObject({ status: 503, text: 'DRAINING\n' })
    await ask('/healthcheck/ok', 'POST')
    expect((await ask('/ready')).status).toBe(200)
  })

  it('changes its log level', async () => {
    expect((await ask('/logging?level=warning', 'POST')).text).toContain('proxy: warning')
    expect(logger.levels).toMatchObject({ proxy: 'warn', xds: 'warn' })
    expect((await ask('/logging?level=loud', 'POST')).status).toBe(400)
    await ask('/logging?level=off', 'POST')
  })

  it('changes the level of single loggers', async () => {
    await ask('/logging?level=error', 'POST')
    expect((await ask('/logging?xds=debug', 'POST')).text).toContain('  xds: debug\n')
    expect(logger.levels).toMatchObject({ proxy: 'error', xds: 'debug', config: 'error' })
    await ask('/logging?paths=config:info,runtime:trace', 'POST')
    expect(logger.levels).toMatchObject({ config: 'info', runtime: 'debug', xds: 'debug' })
    for (const wrong of [
      'nobody=debug',
      'xds=loud',
      'paths=config:error,nobody:info',
      'paths=config',
      'level=info&xds=info',
    ]) {
      expect((await ask(`/logging?${wrong}`, 'POST')).status, wrong).toBe(400)
    }
    expect(logger.levels).toMatchObject({ config: 'info', runtime: 'debug', xds: 'debug' })
    await ask('/logging?level=error', 'POST')
  })

  it('knows what it does not know', async () => {
    expect(await ask('/nope')).toMatchObject({ status: 404 })
    expect((await ask('/ready', 'DELETE')).status).toBe(405)
  })

  it('takes requests one after the other, also when they come at once, and HEAD', async () => {
    const text = await raw(
      'GET /ready HTTP/1.1\r\nhost: a\r\n\r\nHEAD /ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    )
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(text.match(/LIVE/g)).toHaveLength(1)
  })

  it.each([
    ['rubbish\r\n\r\n', '400'],
    ['GET /ready HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n', '400'],
    ['POST /logging HTTP/1.1\r\ncontent-length: 999999\r\n\r\n', '413'],
    [`GET /${'x'.repeat(20_000)}`, '431'],
  ])('refuses %.30s', async (bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('begins to drain', async () => {
    expect((await ask('/drain_listeners?graceful', 'POST')).status).toBe(200)
    const response = await fetch(`http://127.0.0.1:${(await proxy.listenerPorts()).get('l')}/`)
    expect(response.headers.get('connection')).toBe('close')
  })
})
