import { readdirSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority, type TestCertificate } from '../../../test/certificates.ts'
import type { ListenerConfig } from '../src/config/model.ts'
import type { DownstreamTlsConfig } from '../src/config/tls-model.ts'
import { certificateSecret, downstream, TlsClient, upstream, withTls } from './tls-fixture.ts'
import {
  Cleanup,
  cluster,
  eventually,
  get,
  listener,
  RawClient,
  route,
  routeConfig,
  startHttp,
  startProxy,
} from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

let mesh: TestAuthority
let other: TestAuthority
let first: TestCertificate
let second: TestCertificate
let client: TestCertificate
let stranger: TestCertificate

beforeAll(async () => {
  ;[mesh, other] = await Promise.all([TestAuthority.create('mesh'), TestAuthority.create('other')])
  ;[first, second, client, stranger] = await Promise.all([
    mesh.issue({ commonName: 'first' }),
    mesh.issue({ commonName: 'second' }),
    mesh.issue({ commonName: 'client', uris: ['spiffe://cluster.local/ns/a/sa/client'] }),
    other.issue({ commonName: 'stranger', uris: ['spiffe://cluster.local/ns/a/sa/client'] }),
  ])
})

function secure(tls: DownstreamTlsConfig, port = 0): ListenerConfig {
  const plain = listener('tls', port, { kind: 'inline', routes: routeConfig('', [route('/', 'app')]) })
  return { ...plain, filterChains: plain.filterChains.map((chain) => ({ ...chain, tls })) }
}

/** A proxy with a second listener, with TLS, before an upstream that answers `yes` and the path. */
async function setup(tls: DownstreamTlsConfig) {
  const port = await startHttp(cleanup, (request, response) => response.end(`yes ${request.url}`))
  const { runtime } = await startProxy(cleanup, { routes: [], clusters: [cluster('app', [port])] })
  runtime.putSecret(certificateSecret('server', first))
  await runtime.putListener(secure(tls))
  const [, listening] = runtime.listeners
  return { runtime, port: listening?.address.port as number, stats: listening?.stats }
}

describe('TLS termination', () => {
  it('takes new secrets for new connections, and drops none', async () => {
    const { runtime, port } = await setup(downstream('server'))
    const before = new TlsClient(cleanup, port)
    expect(await before.ask('/1', 'yes /1')).toContain('yes /1')
    runtime.putSecret(certificateSecret('server', second))
    const after = new TlsClient(cleanup, port)
    expect(await after.ask('/2', 'yes /2')).toContain('yes /2')
    expect(await before.ask('/3', 'yes /3')).toContain('yes /3')
    expect([before.server, after.server]).toEqual(['first', 'second'])
  })

  it('speaks the protocol that ALPN has chosen', async () => {
    const { port } = await setup({ ...downstream('server'), alpn: ['h2', 'http/1.1'] })
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    cleanup.add(() => session.destroy())
    const stream = session.request({ ':path': '/h2' })
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('yes /h2')
    expect(await new TlsClient(cleanup, port).ask('/h1', 'yes /h1')).toContain('yes /h1')
  })

  it('keeps the last good secret when one is of no use', async () => {
    const { runtime, port } = await setup(downstream('server'))
    const broken = { ...first, key: second.key }
    expect(() => runtime.putSecret(certificateSecret('server', broken))).toThrow(/not the key of the certificate/)
    const asking = new TlsClient(cleanup, port)
    expect(await asking.ask('/', 'yes /')).toContain('yes /')
    expect(asking.server).toBe('first')
  })

  it('lets nobody in without the certificate that is asked for', async () => {
    const { port, stats } = await setup(downstream('server', mesh))
    for (const own of [undefined, stranger]) {
      const asking = new TlsClient(cleanup, port, own)
      expect(await asking.ask('/', 'yes')).toBe('')
    }
    expect(await new TlsClient(cleanup, port, client).ask('/', 'yes /')).toContain('yes /')
    expect(stats?.ssl).toMatchObject({ handshake: 1, failVerifyError: 1, failVerifyNoCert: 1, connectionError: 0 })
  })

  it('closes connections while its secret is missing, and takes them when it comes', async () => {
    const { runtime, port, stats } = await setup(downstream('later'))
    expect(await new TlsClient(cleanup, port).ask('/', 'yes')).toBe('')
    expect(stats?.ssl.contextSecretsNotReady).toBe(1)
    runtime.putSecret(certificateSecret('later', second))
    expect(await new TlsClient(cleanup, port).ask('/', 'yes /')).toContain('yes /')
  })

  it('ends connections of a chain that is no longer there, and keeps those of one that stays', async () => {
    const { runtime, port } = await setup(downstream('server'))
    const asking = new TlsClient(cleanup, port)
    await asking.ask('/', 'yes /')
    await runtime.putListener(secure(downstream('server'), port))
    expect(await asking.ask('/again', 'yes /again')).toContain('yes /again')
    await runtime.putListener(secure(downstream('server', mesh), port))
    await eventually(() => asking.closed || asking.received === '')
    const last = await asking.ask('/last', 'yes /last')
    expect(last === '' || last.includes('connection: close')).toBe(true)
    expect(await new TlsClient(cleanup, port).ask('/', 'yes')).toBe('')
  })

  it('leaves nothing behind: clients that go in the middle of a handshake, or never begin one', async () => {
    const { runtime, port, stats } = await setup(downstream('server'))
    const descriptors = readdirSync('/proc/self/fd').length
    const clients = Array.from({ length: 20 }, () => new RawClient(cleanup, port))
    for (const one of clients) one.send('\x16\x03\x01\x00\x7f\x01')
    await eventually(() => stats?.downstreamPreCxActive === 20)
    for (const one of clients) one.socket.destroy()
    await eventually(() => runtime.activeConnections === 0)
    expect(stats?.downstreamPreCxActive).toBe(0)
    await eventually(() => readdirSync('/proc/self/fd').length <= descriptors)
  })

  it('closes connections that are still shaking hands with the listener', async () => {
    const { runtime, port, stats } = await setup(downstream('server'))
    const waiting = new RawClient(cleanup, port)
    await eventually(() => stats?.downstreamPreCxActive === 1)
    await runtime.close()
    await waiting.untilEnd()
    expect(runtime.activeConnections).toBe(0)
  })
})

describe('TLS origination', () => {
  /** A proxy whose upstream is another one's listener with mutual TLS. */
  async function chained(own: TestCertificate | undefined, servers: TestAuthority) {
    const { port: serverPort } = await setup(downstream('server', mesh))
    const peer = withTls(cluster('peer', [serverPort]), upstream(servers, own))
    return startProxy(cleanup, { routes: [route('/', 'peer')], clusters: [peer] })
  }

  it('carries requests, sessions included', async () => {
    const { port } = await chained(client, mesh)
    for (const path of ['/1', '/2']) expect(await get(port, path)).toMatchObject({ status: 200, body: `yes ${path}` })
  })

  it.each([
    ['a server of another authority', () => chained(client, other)],
    ['a server that refuses us', () => chained(stranger, mesh)],
    ['a server that asks in vain', () => chained(undefined, mesh)],
  ])('sends nothing to %s', async (_, start) => {
    const { port } = await start()
    expect((await get(port)).status).toBe(503)
  })

  it('gives up plaintext connections when a cluster gets TLS', async () => {
    const port = await startHttp(cleanup, (_request, response) => response.end('plain'))
    const proxy = await startProxy(cleanup, { routes: [route('/', 'app')], clusters: [cluster('app', [port])] })
    expect((await get(proxy.port)).body).toBe('plain')
    proxy.runtime.putCluster(withTls(cluster('app', [port]), upstream(mesh)))
    expect((await get(proxy.port)).status).toBe(503)
  })
})
