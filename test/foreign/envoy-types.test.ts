/** The real Envoy takes the other types from our server: secrets, extensions, virtual hosts on demand. */
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
import { requireTool } from '../requirements.ts'
import { freePorts } from '../server-process.ts'
import { envoyProgram } from '../twin/data-plane.ts'
import { NamedUpstream } from './named-upstream.ts'
import { abortFilter, certificateSecret, direct, entry, onDemandRoutes, virtualHost } from './other-types.ts'

const envoy = requireTool('envoy')

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

async function served(apiType: ApiType): Promise<Served> {
  const view = new MemoryView()
  const source = { viewFor: () => view, release: () => {} }
  const server = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
  cleanUp.push(() => server.close())
  const proxy = await AdsDataPlane.start(envoyProgram(envoy as string), await server.listen('127.0.0.1', 0), apiType)
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

describe.skipIf(envoy === undefined).each<ApiType>(['GRPC', 'DELTA_GRPC'])('the real Envoy, %s', (apiType) => {
  it('takes a certificate by SDS, and the next one', { timeout: 60_000 }, async () => {
    const authority = await TestAuthority.create('test')
    const [one, two] = [await authority.issue({ dns: ['a'] }), await authority.issue({ dns: ['a'] })]
    const { view, port } = await served(apiType)
    const listener = entry('tls', { port, routes: direct(200), secret: 'cert' })
    view.set(listener, certificateSecret('cert', one.chain, one.key))
    await until(async () => (await shown(port)) === one.fingerprint256, 'the first certificate to be shown')
    view.set(listener, certificateSecret('cert', two.chain, two.key))
    await until(async () => (await shown(port)) === two.fingerprint256, 'the second certificate to be shown')
  })

  it('takes a filter by ECDS, its change, and refuses a bad one', { timeout: 60_000 }, async () => {
    const { view, server, port } = await served(apiType)
    const listener = entry('http', { port, routes: direct(200), filter: 'abort' })
    view.set(listener, abortFilter('abort', 418))
    await until(async () => (await status(port)) === 418, 'the filter to answer')
    view.set(listener, abortFilter('abort', 429))
    await until(async () => (await status(port)) === 429, 'the changed filter to answer')
    view.set(listener, abortFilter('abort', 999))
    const rejections = () => server.statuses().flatMap((one) => one.rejections)
    await until(() => rejections().length > 0, 'Envoy to refuse the filter')
    expect(rejections()).toMatchObject([
      { typeUrl: EXTENSION_TYPE, resources: [{ name: 'abort' }], message: expect.stringContaining('HttpStatus') },
    ])
    expect(await status(port)).toBe(429)
  })
})

describe.skipIf(envoy === undefined)('the real Envoy', () => {
  it('fetches virtual hosts on demand, and follows their changes', { timeout: 60_000 }, async () => {
    const [blue, green] = [await NamedUpstream.start('blue'), await NamedUpstream.start('green')]
    cleanUp.push(
      () => blue.stop(),
      () => green.stop(),
    )
    const { view, server, port } = await served('DELTA_GRPC')
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
        request.setTimeout(5_000, () => request.destroy(new Error('no answer')))
        request.on('error', (error) => resolve(error.message))
      })
      return await text
    }
    await until(async () => (await ask('shop')) === 'blue', 'the virtual host to be fetched')
    expect(await ask('nobody')).toBe('404')
    const hosts = () => server.statuses()[0]?.types.find(({ typeUrl }) => typeUrl.endsWith('.VirtualHost'))
    await until(() => hosts()?.state === 'SYNCED', 'Envoy to acknowledge that there is no such host')
    expect(hosts()?.resources).toBe(1)
    view.set(...fixed, virtualHost('hosts', 'shop', 'green'), other)
    await until(async () => (await ask('shop')) === 'green', 'the changed virtual host to be at work')
    view.set(...fixed, other)
    await until(async () => (await ask('shop')) === '404', 'the virtual host to be gone')
  })
})
