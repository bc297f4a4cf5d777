/** The real Envoy, and our proxy as it, take the other types from our server: secrets, extensions, virtual hosts on demand. */
import { get } from 'node:http'
import { connect, type TLSSocket } from 'node:tls'
import { silentLogger, systemClock } from '@mizzen/base'
import { createXdsServer, EXTENSION_TYPE, type XdsServer } from '@mizzen/xds'
import { afterEach, describe, expect, it } from 'vitest'
import { cluster } from '../../packages/xds/test/envoy-resources.ts'
import { MemoryView } from '../../packages/xds/test/memory-view.ts'
import { AdsDataPlane, type ApiType } from '../ads-data-plane.ts'
import { TestAuthority } from '../certificates.ts'
import { until } from '../e2e/mesh.ts'
import { freePorts } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { NamedUpstream } from './named-upstream.ts'
import { abortFilter, certificateSecret, direct, entry, onDemandRoutes, routed, virtualHost } from './other-types.ts'

const envoy = requireTool('envoy')
const PROGRAMS = [...(envoy === undefined ? [] : [envoyProgram(envoy)]), mizzenProgram]
const API_TYPES: readonly ApiType[] = ['GRPC', 'DELTA_GRPC']
const EACH = PROGRAMS.flatMap((program) => API_TYPES.map((apiType) => ({ program, name: program.name, apiType })))

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

interface Served {
  readonly view: MemoryView
  readonly server: XdsServer
  /** For the test's listener. */
  readonly port: number
}

async function served(program: Program, apiType: ApiType): Promise<Served> {
  const view = new MemoryView()
  const source = { viewFor: () => view, release: () => {} }
  const server = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
  cleanUp.push(() => server.close())
  const proxy = await AdsDataPlane.start(program, await server.listen('127.0.0.1', 0), apiType)
  cleanUp.push(() => proxy.stop())
  const [port = 0] = await freePorts(1)
  return { view, server, port }
}

function status(port: number, host = 'any'): Promise<number> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, headers: { host }, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', () => resolve(0))
  })
}

/** SHA-256 of the certificate that is shown on this port, as TestCertificate has it; undefined if there is none. */
function shown(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase())
      socket.destroy()
    })
    socket.on('error', () => resolve(undefined))
  })
}

describe.each(EACH)('$name, $apiType', ({ program, apiType }) => {
  it('takes a certificate by SDS, and the next one', async () => {
    const authority = await TestAuthority.create('test')
    const [one, two] = [await authority.issue({ dns: ['a'] }), await authority.issue({ dns: ['a'] })]
    const { view, port } = await served(program, apiType)
    const listener = entry('tls', { port, routes: direct(200), secret: 'cert' })
    view.set(listener, certificateSecret('cert', one.chain, one.key))
    await until(async () => (await shown(port)) === one.fingerprint256, 'the first certificate to be shown')
    view.set(listener, certificateSecret('cert', two.chain, two.key))
    await until(async () => (await shown(port)) === two.fingerprint256, 'the second certificate to be shown')
  })

  it('takes a filter by ECDS, its change, and refuses a bad one', async () => {
    const { view, server, port } = await served(program, apiType)
    const listener = entry('http', { port, routes: direct(200), filter: 'abort' })
    view.set(listener, abortFilter('abort', 418))
    await until(async () => (await status(port)) === 418, 'the filter to answer')
    view.set(listener, abortFilter('abort', 429))
    await until(async () => (await status(port)) === 429, 'the changed filter to answer')
    view.set(listener, abortFilter('abort', 999))
    const rejections = () => server.statuses().flatMap((one) => one.rejections)
    await until(() => rejections().length > 0, 'the filter to be refused')
    expect(rejections()).toMatchObject([
      { typeUrl: EXTENSION_TYPE, resources: [{ name: 'abort' }], message: expect.stringMatching(/status/i) },
    ])
    expect(await status(port)).toBe(429)
  })
})

describe.each(PROGRAMS)('$name', (program) => {
  it('goes by the default of a filter until that has come', async () => {
    const { view, port } = await served(program, 'DELTA_GRPC')
    const listener = entry('http', { port, routes: direct(200), filter: 'abort', fallback: 403 })
    view.set(listener)
    await until(async () => (await status(port)) === 403, 'the default to answer')
    view.set(listener, abortFilter('abort', 418))
    await until(async () => (await status(port)) === 418, 'the filter to answer')
  })

  it('asks for a cluster that is not there', async () => {
    const blue = await NamedUpstream.start('blue')
    cleanUp.push(() => blue.stop())
    const { view, port } = await served(program, 'DELTA_GRPC')
    const listener = entry('http', { port, routes: routed('blue'), clusters: true })
    view.set(listener)
    await until(async () => (await status(port)) === 503, 'the listener to answer that there is no cluster')
    view.set(listener, ...cluster('blue', blue.port))
    await until(async () => (await status(port)) === 200, 'the cluster to be there')
  })

  it('fetches virtual hosts on demand, and follows their changes', async () => {
    const [blue, green] = [await NamedUpstream.start('blue'), await NamedUpstream.start('green')]
    cleanUp.push(
      () => blue.stop(),
      () => green.stop(),
    )
    const { view, server, port } = await served(program, 'DELTA_GRPC')
    const fixed = [
      ...cluster('blue', blue.port),
      ...cluster('green', green.port),
      onDemandRoutes('hosts'),
      entry('http', { port, routes: 'hosts', onDemand: true }),
    ]
    const other = virtualHost('hosts', 'other', 'blue')
    view.set(...fixed, virtualHost('hosts', 'shop', 'blue'), other)
    const ask = async (host: string) => {
      const text = new Promise<string>((resolve) => {
        const request = get({ host: '127.0.0.1', port, headers: { host }, agent: false }, (response) => {
          response.setEncoding('utf8')
          response.on('data', (body) => resolve(response.statusCode === 200 ? body : String(response.statusCode)))
          response.on('end', () => resolve(String(response.statusCode)))
        })
        request.setTimeout(30_000, () => request.destroy(new Error('no answer')))
        request.on('error', (error) => resolve(error.message))
      })
      return await text
    }
    await until(async () => (await ask('shop')) === 'blue', 'the virtual host to be fetched')
    expect(await ask('nobody')).toBe('404')
    const hosts = () => server.statuses()[0]?.types.find(({ typeUrl }) => typeUrl.endsWith('.VirtualHost'))
    await until(() => hosts()?.state === 'SYNCED', 'it to be acknowledged that there is no such host')
    expect(hosts()?.resources).toBe(1)
    view.set(...fixed, virtualHost('hosts', 'shop', 'green'), other)
    await until(async () => (await ask('shop')) === 'green', 'the changed virtual host to be at work')
    view.set(...fixed, other)
    await until(async () => (await ask('shop')) === '404', 'the virtual host to be gone')
  })
})

// Envoy's listener stays closed for ever once it was told that there is no such filter.
it('our proxy answers 500 for a filter that there is not', async () => {
  const { view, port } = await served(mizzenProgram, 'DELTA_GRPC')
  view.set(entry('http', { port, routes: direct(200), filter: 'abort' }))
  await until(async () => (await status(port)) === 500, 'the listener to be there without its filter')
})
