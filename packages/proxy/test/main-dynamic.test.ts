import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@bufbuild/protobuf'
import { systemClock } from '@mizzen/base'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@mizzen/xds/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { ProxyProgram } from '../src/proxy-program.ts'
import { severalWorkers } from '../src/worker/several-workers.ts'
import { TestControlPlane } from './test-control-plane.ts'
import { until } from './until.ts'

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })

function bootstrap(xdsPort: number, apiType: string) {
  return readBootstrap({
    node: { id: 'sidecar~127.0.0.1~pod.ns~ns.svc.cluster.local', cluster: 'c.ns', metadata: { NAMESPACE: 'ns' } },
    admin: { address: address(0) },
    static_resources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          http2_protocol_options: {},
          load_assignment: {
            cluster_name: 'xds-grpc',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(xdsPort) } }] }],
          },
        },
      ],
    },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      cds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' },
      lds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' },
    },
  })
}

const cluster = (name: string): JsonValue => ({
  name,
  type: 'EDS',
  eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
})
const endpoints = (cluster_name: string, port: number): JsonValue => ({
  cluster_name,
  endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
})
const routes = (route: JsonValue): JsonValue => ({
  name: 'http.80',
  virtual_hosts: [{ name: 'any', domains: ['*'], routes: [route] }],
})
const to = (name: string): JsonValue => ({ match: { prefix: '/' }, route: { cluster: name } })
const listener = (logFile: string, text_format = '%RESPONSE_CODE% %UPSTREAM_CLUSTER%\n'): JsonValue => ({
  name: 'l',
  address: address(0),
  filter_chains: [
    {
      filters: [
        {
          name: 'hcm',
          typed_config: {
            '@type':
              'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            stat_prefix: 'in',
            rds: { config_source: { ads: {}, resource_api_version: 'V3' }, route_config_name: 'http.80' },
            access_log: [
              {
                name: 'file',
                typed_config: {
                  '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
                  path: logFile,
                  log_format: { text_format_source: { inline_string: text_format } },
                },
              },
            ],
            http_filters: [
              {
                name: 'router',
                typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
              },
            ],
          },
        },
      ],
    },
  ],
})

describe.each(['DELTA_GRPC', 'GRPC'])('a proxy under %s', (apiType) => {
  let folder = ''
  let logFile = ''
  const control = new TestControlPlane()
  const apps: Server[] = []
  const proxies: ProxyProgram[] = []
  let xdsPort = 0

  const startApp = async (answer: string) => {
    const app = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1')
    apps.push(app)
    await new Promise((resolve) => app.once('listening', resolve))
    return (app.address() as AddressInfo).port
  }
  const startProxy = async (cacheDir?: string, concurrency = 1) => {
    const proxy = new ProxyProgram({
      bootstrap: bootstrap(xdsPort, apiType),
      cacheDir,
      drainMs: 100,
      workers: await severalWorkers(concurrency),
      clock: systemClock,
      random: Math.random,
      logger: createSwitchedLogger('proxy', 'error'),
      memory: () => process.memoryUsage(),
      onQuit: () => {},
    })
    proxies.push(proxy)
    await proxy.start()
    return proxy
  }
  const ready = async (proxy: ProxyProgram) => (await admin(proxy, '/ready')).status === 200
  const admin = (proxy: ProxyProgram, path: string) => fetch(`http://127.0.0.1:${proxy.adminPort}${path}`)
  const call = async (proxy: ProxyProgram, path = '/') => {
    const response = await fetch(`http://127.0.0.1:${(await proxy.listenerPorts()).get('l')}${path}`)
    return `${response.status} ${await response.text()}`
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mizzen-proxy-'))
    logFile = join(folder, 'access.log')
    xdsPort = await control.start()
    for (const name of ['a', 'b']) {
      control.put(CLUSTER_TYPE, cluster(name))
      control.put(ENDPOINT_TYPE, endpoints(name, await startApp(name)))
    }
    control.put(LISTENER_TYPE, listener(logFile))
    control.put(ROUTE_TYPE, routes(to('a')))
  })

  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
    await control.stop()
    for (const app of apps.splice(0)) app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([1, 2])('serves what it is told, follows changes, and writes its log (%i workers)', async (concurrency) => {
    const proxy = await startProxy(undefined, concurrency)
    await until('ready', () => ready(proxy))
    expect(await call(proxy)).toBe('200 a')
    control.put(ROUTE_TYPE, routes(to('b')))
    await until('the new route', async () => (await call(proxy)) === '200 b')
    control.put(ROUTE_TYPE, routes({ match: { prefix: '/' }, direct_response: { status: 418 } }))
    await until('the direct response', async () => (await call(proxy)) === '418 ')
    const log = await until('the log', () => {
      try {
        const text = readFileSync(logFile, 'utf8')
        return text.includes('418') && text
      } catch {
        return false
      }
    })
    expect(log.split('\n')[0]).toBe('200 a')
  })

  it('refuses a bad resource, says why, and serves the last good one', async () => {
    const proxy = await startProxy()
    await until('ready', () => ready(proxy))
    control.put(ROUTE_TYPE, routes({ match: { safe_regex: { regex: '(' } }, route: { cluster: 'b' } }))
    const [message] = await until('the rejection', () => control.rejections().length > 0 && control.rejections())
    expect(message).toContain(
      'RouteConfiguration http.80: virtual_hosts[0].routes[0].match.safe_regex.regex: invalid regular expression',
    )
    expect(await call(proxy)).toBe('200 a')
    const dump = (await (await admin(proxy, '/config_dump')).json()) as {
      configs: { dynamic_route_configs?: { error_state: object }[] }[]
    }
    const routesDump = dump.configs.find(({ dynamic_route_configs }) => dynamic_route_configs !== undefined)
    expect(routesDump?.dynamic_route_configs?.[0]?.error_state).toMatchObject({
      details: expect.stringContaining('regex'),
    })
    control.put(ROUTE_TYPE, routes(to('b')))
    await until('the repaired route', async () => (await call(proxy)) === '200 b')
  })

  it('refuses a listener whose log format is wrong before it opens it', async () => {
    control.put(LISTENER_TYPE, listener(logFile, '%NO_SUCH_COMMAND%'))
    const proxy = await startProxy()
    await until('the rejection', () => control.rejections().some((message) => message.includes('%NO_SUCH_COMMAND%')))
    expect((await proxy.listenerPorts()).size).toBe(0)
  })

  it('lets go of what is removed', async () => {
    const proxy = await startProxy()
    await until('ready', () => ready(proxy))
    control.remove(LISTENER_TYPE, 'l')
    await until('the listener closed', async () => (await proxy.listenerPorts()).size === 0)
    control.remove(CLUSTER_TYPE, 'b')
    await until('the cluster gone', async () => !(await (await admin(proxy, '/clusters')).text()).includes('b::'))
  })

  it('goes on without its control plane, and starts from its cache', async () => {
    const first = await startProxy(folder)
    await until('ready', () => ready(first))
    await until('the cache', () => {
      try {
        return readFileSync(join(folder, 'sidecar_127.0.0.1_pod.ns_ns.svc.cluster.local.xds.json'), 'utf8').includes(
          'RouteConfiguration',
        )
      } catch {
        return false
      }
    })
    await control.stop()
    expect(await call(first)).toBe('200 a')
    await first.close()
    const second = await startProxy(folder)
    await until('ready from the cache', () => ready(second))
    expect(await call(second)).toBe('200 a')
    await control.start()
    control.put(ROUTE_TYPE, routes(to('b')))
    await until('the new route', async () => (await call(second)) === '200 b')
  })
})
