import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import type { AdsClient, AdsClientOptions, AdsUpdate, Verdict } from '../src/client.ts'
import {
  CLUSTER_TYPE,
  createAdsClient,
  createXdsServer,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  shortType,
  type XdsServer,
} from '../src/index.ts'
import { MemoryView, resource } from './memory-view.ts'
import { until } from './until.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

/** A body whose field 1 is the name, as all resources have it, and field 2 is what it says. */
function named(typeUrl: string, name: string, content = '', refs: readonly { typeUrl: string; name: string }[] = []) {
  const field = (tag: number, text: string) => [tag, text.length, ...Buffer.from(text)]
  return resource(typeUrl, name, new Uint8Array([...field(0x0a, name), ...field(0x12, content)]), refs)
}

function cluster(name: string, content = '') {
  return [named(CLUSTER_TYPE, name, content, [{ typeUrl: ENDPOINT_TYPE, name }]), named(ENDPOINT_TYPE, name, content)]
}

async function serve(view: MemoryView, port = 0): Promise<{ readonly server: XdsServer; readonly port: number }> {
  const source = { viewFor: () => view, release: () => {} }
  const server = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
  cleanUp.push(() => server.close())
  return { server, port: await server.listen('127.0.0.1', port) }
}

/** A client that asks for what it hears of, notes every update as text, and refuses contents that say so. */
class RecordingClient {
  readonly updates: string[] = []
  readonly states: boolean[] = []
  readonly client: AdsClient
  readonly #endpoints = new Set<string>()

  constructor(port: number, mode: 'sotw' | 'delta', more: Partial<AdsClientOptions> = {}) {
    this.client = createAdsClient({
      ...{ target: `127.0.0.1:${port}`, mode, clock: systemClock, random: () => 0, logger: silentLogger },
      node: { id: 'sidecar~1', cluster: 'c', metadata: { A: ['b'] }, userAgentName: 'mizzen' },
      onUpdate: (update) => this.#take(update),
      onConnected: (connected) => this.states.push(connected),
      ...more,
    })
    cleanUp.push(() => this.client.close())
    this.client.subscribe(CLUSTER_TYPE, '*')
    this.client.subscribe(LISTENER_TYPE, '*')
    this.client.start()
  }

  #take({ typeUrl, upserts, removals }: AdsUpdate): Verdict {
    const names = [...upserts.map(({ name }) => name), ...removals.map((name) => `-${name}`)]
    this.updates.push([shortType(typeUrl), ...names].join(' '))
    const says = (body: Uint8Array) => Buffer.from(body).toString('latin1')
    if (upserts.some(({ body }) => says(body).includes('throw'))) throw new Error('thrown')
    const bad = upserts.filter(({ body }) => says(body).includes('bad'))
    if (typeUrl === CLUSTER_TYPE) {
      for (const { name } of upserts) if (!bad.some((other) => other.name === name)) this.#endpoints.add(name)
      for (const name of removals) this.#endpoints.delete(name)
      this.client.subscribe(ENDPOINT_TYPE, [...this.#endpoints])
    }
    return bad.length === 0 ? 'accepted' : { rejected: bad.map(({ name }) => ({ name, message: 'is bad' })) }
  }
}

/** Some answers carry nothing that the client does not have. */
function saysSomething(update: string): boolean {
  return update.includes(' ')
}

describe.each(['sotw', 'delta'] as const)('the ADS client, %s', (mode) => {
  const acked = (server: XdsServer, view: MemoryView) =>
    until(`revision ${view.revision}: ${JSON.stringify(server.statuses())}`, () =>
      server.statuses().find(({ ackedRevision }) => ackedRevision === view.revision),
    )

  it('takes what it asked for, then only what changes', async () => {
    const view = new MemoryView()
    view.set(...cluster('a'), named(LISTENER_TYPE, 'l'))
    const { server, port } = await serve(view)
    const recording = new RecordingClient(port, mode)
    expect((await acked(server, view)).node).toMatchObject({
      id: 'sidecar~1',
      metadata: { A: ['b'] },
      userAgentName: 'mizzen',
    })
    expect(recording.updates.sort()).toEqual(['Cluster a', 'ClusterLoadAssignment a', 'Listener l'])
    expect(recording.states).toEqual([true])
    recording.updates.length = 0
    view.set(...cluster('a'), ...cluster('b'), named(LISTENER_TYPE, 'l'))
    await acked(server, view)
    expect(recording.updates).toEqual(['Cluster b', 'ClusterLoadAssignment b'])
    recording.updates.length = 0
    view.set(...cluster('b'), named(LISTENER_TYPE, 'l', 'changed'))
    await acked(server, view)
    expect(recording.updates.filter(saysSomething).sort()).toEqual(['Cluster -a', 'Listener l'])
  })

  it('refuses by name, with the reason, and gets the repair', async () => {
    const view = new MemoryView()
    view.set(...cluster('a', 'bad'), ...cluster('b'))
    const { server, port } = await serve(view)
    new RecordingClient(port, mode)
    const status = await until('answers', () =>
      server.statuses().find(({ answeredRevision }) => answeredRevision === 1),
    )
    expect(status.rejections).toMatchObject([
      { message: 'a: is bad', resources: [{ typeUrl: CLUSTER_TYPE, name: 'a' }] },
    ])
    view.set(...cluster('a', 'good'), ...cluster('b'))
    expect((await acked(server, view)).rejections).toEqual([])
  })

  it('refuses everything of an update that its user throws on', async () => {
    const view = new MemoryView()
    view.set(named(LISTENER_TYPE, 'l', 'throw'))
    const { server, port } = await serve(view)
    new RecordingClient(port, mode)
    const status = await until('the refusal', () => server.statuses().find(({ rejections }) => rejections.length > 0))
    expect(status.rejections).toMatchObject([{ message: 'l: thrown', resources: [{ name: 'l' }] }])
  })

  it('goes on after the server was away, with what has changed', async () => {
    const view = new MemoryView()
    view.set(...cluster('a'), ...cluster('b'), named(LISTENER_TYPE, 'l'))
    const first = await serve(view, await freePort())
    const recording = new RecordingClient(first.port, mode)
    await acked(first.server, view)
    recording.updates.length = 0
    await first.server.close()
    await until('the loss', () => recording.states.length === 2)
    view.set(...cluster('a'), ...cluster('b', 'changed'), named(LISTENER_TYPE, 'l'))
    const second = await serve(view, first.port)
    await acked(second.server, view)
    expect(recording.states).toEqual([true, false, true])
    expect(recording.updates.filter(saysSomething).sort()).toEqual(['Cluster b', 'ClusterLoadAssignment b'])
  })

  it('changes its mind about what it wants', async () => {
    const view = new MemoryView()
    view.set(named(ROUTE_TYPE, 'r'), named(ROUTE_TYPE, 's'))
    const { port } = await serve(view)
    const { client, updates } = new RecordingClient(port, mode)
    const routes = () => updates.filter((text) => text.startsWith('Route'))
    client.subscribe(ROUTE_TYPE, ['r'])
    await until('r', () => routes().length === 1)
    client.subscribe(ROUTE_TYPE, ['s'])
    await until('s', () => routes().length === 2)
    client.subscribe(ROUTE_TYPE, ['r', 's'])
    await until('r again', () => routes().length === 3)
    expect(routes()).toEqual(['RouteConfiguration r', 'RouteConfiguration s', 'RouteConfiguration r'])
  })
})

describe('the ADS client', () => {
  it('asks on from the versions that it was given', async () => {
    const view = new MemoryView()
    const [a, endpoints] = cluster('a') as [ReturnType<typeof named>, ReturnType<typeof named>]
    view.set(a, endpoints, named(LISTENER_TYPE, 'l'))
    const { port } = await serve(view)
    const known = new Map([[CLUSTER_TYPE, new Map([['a', a.version]])]])
    const { updates } = new RecordingClient(port, 'delta', { known })
    await until('both first answers', () => updates.length >= 2)
    expect(updates.sort()).toEqual(['Cluster', 'Listener l'])
  })

  it('acknowledges when what it took is in use, and takes the next answer after that', async () => {
    const view = new MemoryView()
    view.set(...cluster('a'))
    const { server, port } = await serve(view)
    let release = () => {}
    const { updates } = new RecordingClient(port, 'delta', {
      inUse: () => new Promise<void>((resolve) => (release = resolve)),
    })
    const state = () => server.statuses()[0]?.types.find(({ typeUrl }) => typeUrl === CLUSTER_TYPE)?.state
    await until('the clusters', () => updates.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(updates).toHaveLength(1)
    expect(state()).not.toBe('SYNCED')
    await until('all of it', () => {
      release()
      return state() === 'SYNCED' && updates.filter(saysSomething).length >= 2
    })
  })

  it('tries again when nobody listens, until it is closed', async () => {
    const view = new MemoryView()
    const port = await freePort()
    const recording = new RecordingClient(port, 'delta')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(recording.client.connected).toBe(false)
    const { server } = await serve(view, port)
    await until('the connection', () => recording.client.connected)
    recording.client.close()
    await until('the end of the stream', () => server.statuses().length === 0)
    expect(recording.states).toEqual([true])
  })

  it.each([
    ['a status instead of a stream', { 'grpc-status': '7', 'grpc-message': 'not%20you' }, undefined],
    ['an HTTP error', { ':status': 404 }, undefined],
    ['a message that is too large', {}, Buffer.from([0, 0xff, 0xff, 0xff, 0xff])],
    ['a compressed message', {}, Buffer.from([1, 0, 0, 0, 0])],
    ['bytes that are no message', {}, Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff])],
  ] as const)('ends the stream and tries again on %s', async (_what, headers, bytes) => {
    const { server, sessions } = await http2Server((stream) => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', ...headers },
        { endStream: bytes === undefined },
      )
      if (bytes !== undefined) stream.write(bytes)
    })
    const recording = new RecordingClient((server.address() as AddressInfo).port, 'delta')
    await until('a second try', () => sessions.length >= 2)
    expect(recording.states).toEqual([])
    expect(recording.updates).toEqual([])
  })
})

async function http2Server(
  onStream: (stream: import('node:http2').ServerHttp2Stream) => void,
): Promise<{ readonly server: Http2Server; readonly sessions: ServerHttp2Session[] }> {
  const sessions: ServerHttp2Session[] = []
  const server = createServer()
  server.on('session', (session) => sessions.push(session))
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    onStream(stream)
  })
  cleanUp.push(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return { server, sessions }
}
