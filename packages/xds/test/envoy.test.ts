/** The real Envoy as a client: what nobody here wrote must understand the server. Skipped, with a line, where there is none. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { AdsDataPlane } from '../../../test/ads-data-plane.ts'
import { freePort } from '../../../test/free-ports.ts'
import { requireTool } from '../../../test/requirements.ts'
import { envoyProgram } from '../../../test/twin/data-plane.ts'
import { CLUSTER_TYPE, createXdsServer, type ProxyStatus, ROUTE_TYPE, type XdsServer } from '../src/index.ts'
import { cluster, listener, route } from './envoy-resources.ts'
import { MemoryView } from './memory-view.ts'
import { until } from './until.ts'

const envoyBinary = requireTool('envoy')

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

async function upstream(answer: string): Promise<number> {
  const server = createServer((_request, response) => response.end(answer))
  // Envoy's pool must not meet a connection that is just being closed for having been idle: that would be a 503.
  server.keepAliveTimeout = 0
  cleanUp.push(() => stopped(server))
  return listening(server)
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

async function xdsServer(view: MemoryView, port = 0): Promise<{ readonly server: XdsServer; readonly port: number }> {
  const source = { viewFor: () => view, release: () => {} }
  const server = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
  cleanUp.push(() => server.close())
  return { server, port: await server.listen('127.0.0.1', port) }
}

function acknowledged(server: XdsServer, view: MemoryView): Promise<ProxyStatus> {
  return until(`revision ${view.revision} to be acknowledged, of ${JSON.stringify(server.statuses())}`, () =>
    server.statuses().find(({ ackedRevision }) => ackedRevision === view.revision),
  )
}

async function ask(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`)
  const text = await response.text()
  return response.status === 200 ? text : `${response.status} ${text}`
}

/**
 * Asks again and again until `stop`: all different answers, and errors among them. Ends before Envoy does, so that a test
 * that fails fails for its own reason.
 */
function askSteadily(port: number): { stop(): Promise<ReadonlySet<string>> } {
  let running = true
  const answers = new Set<string>()
  const done = (async () => {
    while (running) answers.add(await ask(port).catch((error) => `${error} ${error.cause}`))
  })()
  const stop = async () => {
    running = false
    await done
    return answers
  }
  cleanUp.push(stop)
  return { stop }
}

describe.skipIf(envoyBinary === undefined).each(['GRPC', 'DELTA_GRPC'] as const)('the real Envoy, %s', (apiType) => {
  it('takes a configuration, its changes, a refusal and its repair, and goes on after the server is back', async () => {
    const [bluePort, greenPort] = [await upstream('blue'), await upstream('green')]
    const view = new MemoryView()
    const entry = listener('http', 'all')
    view.set(...cluster('blue', bluePort), route('all', 'blue'), entry)
    // It comes back on the same port, which nobody else may take meanwhile.
    const first = await xdsServer(view, await freePort())
    const envoy = await AdsDataPlane.start(envoyProgram(envoyBinary as string), first.port, apiType)
    cleanUp.push(() => envoy.stop())
    const status = await acknowledged(first.server, view)
    expect(status.mode).toBe(apiType === 'GRPC' ? 'sotw' : 'delta')
    expect(status.node).toMatchObject({ cluster: 'proxy.istio-system', userAgentName: 'envoy' })
    expect(status.node.metadata).toMatchObject({ LABELS: { istio: 'ingressgateway' } })
    const port = await envoy.listenerPort('http')
    const load = askSteadily(port)

    // Everything at once: a new cluster, its route, and the old cluster gone.
    view.set(...cluster('green', greenPort), route('all', 'green'), entry)
    await acknowledged(first.server, view)
    // The workers of Envoy learn of a change after its main thread has acknowledged it.
    await until('green to answer', async () => (await ask(port)) === 'green')
    expect(await envoy.admin('/clusters')).not.toContain('blue')

    // A changed cluster whose endpoints are the same must get through its warming.
    view.set(...cluster('green', greenPort, '3s'), route('all', 'green'), entry)
    await acknowledged(first.server, view)
    expect(await envoy.admin('/stats?filter=cluster_manager.warming_clusters')).toMatch(/warming_clusters: 0/)
    expect(await envoy.admin('/config_dump?resource=dynamic_active_clusters')).toContain('"connect_timeout": "3s"')

    const good = view.revision
    view.set(...cluster('green', greenPort, '3s'), route('all', 'green', { safe_regex: { regex: '((' } }), entry)
    const refused = await until('Envoy to refuse the route', () =>
      first.server.statuses().find(({ rejections }) => rejections.length > 0),
    )
    expect(refused.rejections[0]).toMatchObject({
      ...{ typeUrl: ROUTE_TYPE, resources: [{ typeUrl: ROUTE_TYPE, name: 'all' }], origins: ['Test/default/all'] },
      message: expect.stringContaining('missing ): (('),
    })
    expect(refused).toMatchObject({ ackedRevision: good, answeredRevision: view.revision })
    expect(refused.types.find(({ typeUrl }) => typeUrl === ROUTE_TYPE)?.state).toBe('NACKED')

    view.set(...cluster('green', greenPort, '4s'), route('all', 'green', { prefix: '/' }), entry)
    expect((await acknowledged(first.server, view)).rejections).toEqual([])

    await first.server.close()
    view.set(...cluster('blue', bluePort), ...cluster('green', greenPort, '4s'), route('all', 'blue'), entry)
    const second = await xdsServer(view, first.port)
    await acknowledged(second.server, view)
    await until('blue to answer', async () => (await ask(port)) === 'blue')
    expect(await load.stop()).toEqual(new Set(['blue', 'green']))
  })

  it('has its refusal of one cluster named, and gets the others', async () => {
    const bluePort = await upstream('blue')
    const view = new MemoryView()
    const bad = cluster('bad', 1, '-1s')
    view.set(...cluster('blue', bluePort), ...bad, route('all', 'blue'), listener('http', 'all'))
    const { server, port: xdsPort } = await xdsServer(view)
    const envoy = await AdsDataPlane.start(envoyProgram(envoyBinary as string), xdsPort, apiType)
    cleanUp.push(() => envoy.stop())
    const status = await until('everything to be answered', () =>
      server.statuses().find(({ answeredRevision }) => answeredRevision === view.revision),
    )
    expect(status.rejections.map(({ resources }) => resources)).toEqual([[{ typeUrl: CLUSTER_TYPE, name: 'bad' }]])
    expect(await ask(await envoy.listenerPort('http'))).toBe('blue')
  })
})
