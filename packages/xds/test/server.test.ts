/** The server as a plain gRPC client sees it, with requests and responses of the generated code. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js'
import { ManualClock, MizzenError, silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '../gen/envoy/service/discovery/v3/discovery_pb.js'
import {
  CLUSTER_TYPE,
  createXdsServer,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  type ProxyNode,
  type StatusEvent,
  type XdsServer,
  type XdsServerOptions,
} from '../src/index.ts'
import { MemoryView } from './memory-view.ts'
import { cluster } from './session-script.ts'
import { until } from './until.ts'

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources'
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

interface Started {
  readonly server: XdsServer
  readonly port: number
  readonly view: MemoryView
  readonly released: ProxyNode[]
  readonly events: StatusEvent[]
}

async function start(options: Partial<XdsServerOptions> = {}): Promise<Started> {
  const view = new MemoryView()
  const released: ProxyNode[] = []
  const source = {
    viewFor(node: ProxyNode) {
      if (!node.id.includes('~')) throw new MizzenError('invalid-node', `node id "${node.id}" has no type`)
      return view
    },
    release: (node: ProxyNode) => void released.push(node),
  }
  const server = createXdsServer({ source, clock: systemClock, random: () => 0.5, logger: silentLogger, ...options })
  cleanUp.push(() => server.close())
  const events: StatusEvent[] = []
  server.onStatus((event) => events.push(event))
  return { server, port: await server.listen('127.0.0.1', 0), view, released, events }
}

/** One state-of-the-world stream. */
class RawStream {
  readonly responses: DiscoveryResponse[] = []
  ended: ServiceError | undefined
  readonly #stream: ClientDuplexStream<Uint8Array, Buffer>

  constructor(port: number) {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    const encode = (bytes: Uint8Array) => Buffer.from(bytes)
    this.#stream = client.makeBidiStreamRequest(METHOD, encode, (bytes) => bytes)
    this.#stream.on('data', (bytes: Buffer) => this.responses.push(fromBinary(DiscoveryResponseSchema, bytes)))
    this.#stream.on('error', (error: ServiceError) => {
      this.ended = error
    })
    cleanUp.push(() => client.close())
  }

  send(request: Partial<DiscoveryRequest>): void {
    this.#stream.write(toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request as object)))
  }

  /** Asks for all clusters as a node of this id. */
  hello(id: string): void {
    this.send({ node: { id, cluster: 'c' } as never, typeUrl: CLUSTER_TYPE })
  }

  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  cancel(): void {
    this.#stream.cancel()
  }

  end(): void {
    this.#stream.end()
  }

  response(index: number): Promise<DiscoveryResponse> {
    return until(`response ${index}`, () => this.responses[index])
  }

  error(): Promise<ServiceError> {
    return until('the end of the stream', () => this.ended)
  }
}

describe('the ADS server', () => {
  it('serves, takes acknowledgements and refusals, and tells of them', async () => {
    const { server, port, view, events } = await start()
    view.set(...cluster('a'))
    const stream = new RawStream(port)
    stream.hello('sidecar~1')
    const first = await stream.response(0)
    expect(first).toMatchObject({ typeUrl: CLUSTER_TYPE, controlPlane: { identifier: 'mizzen-80000000' } })
    expect(first.resources).toHaveLength(1)
    stream.send({ typeUrl: CLUSTER_TYPE, responseNonce: first.nonce, versionInfo: first.versionInfo })
    stream.send({ typeUrl: ENDPOINT_TYPE, resourceNames: ['a'] })
    const second = await stream.response(1)
    stream.send({
      typeUrl: ENDPOINT_TYPE,
      responseNonce: second.nonce,
      errorDetail: { message: 'no' } as never,
      resourceNames: ['a'],
    })
    const status = await until('the refusal', () => server.statuses().find(({ rejections }) => rejections.length > 0))
    expect(status).toMatchObject({
      ...{ mode: 'sotw', node: { id: 'sidecar~1', cluster: 'c' } },
      rejections: [{ typeUrl: ENDPOINT_TYPE, message: 'no', resources: [{ name: 'a' }] }],
    })
    expect(status.types.map(({ state, resources }) => [state, resources])).toEqual([
      ['SYNCED', 1],
      ['NACKED', 0],
    ])
    expect(events.map(({ type }) => type)).toEqual(['connected', 'updated', 'updated', 'updated', 'updated'])
  })

  it('gives first configurations to a few at a time, and hears the next when those have theirs', async () => {
    const { server, port, view } = await start({ maxStarting: 1, clock: new ManualClock() })
    view.set(...cluster('a'))
    const [first, second] = [new RawStream(port), new RawStream(port)]
    first.hello('sidecar~1')
    const { nonce } = await first.response(0)
    second.hello('sidecar~2')
    first.send({ typeUrl: LISTENER_TYPE })
    const listeners = await first.response(1)
    expect(server.statuses().map(({ node }) => node.id)).toEqual(['sidecar~1'])
    first.send({ typeUrl: CLUSTER_TYPE, responseNonce: nonce })
    first.send({ typeUrl: LISTENER_TYPE, responseNonce: listeners.nonce })
    first.send({ typeUrl: ENDPOINT_TYPE, resourceNames: ['a'] })
    const endpoints = await until('endpoints', () => first.responses.find(({ typeUrl }) => typeUrl === ENDPOINT_TYPE))
    expect(server.statuses()).toHaveLength(1)
    first.send({ typeUrl: ENDPOINT_TYPE, resourceNames: ['a'], responseNonce: endpoints.nonce })
    await second.response(0)
    expect(server.statuses()).toHaveLength(2)
  })

  it('sends a changed view once the one before is answered', async () => {
    const { port, view } = await start()
    const stream = new RawStream(port)
    stream.hello('sidecar~1')
    const { nonce } = await stream.response(0)
    view.set(...cluster('a'))
    view.set(...cluster('a'), ...cluster('b'))
    stream.send({ typeUrl: CLUSTER_TYPE, responseNonce: nonce })
    expect((await stream.response(1)).resources).toHaveLength(2)
    expect(stream.responses).toHaveLength(2)
  })

  it.each([
    ['a bad node', (stream: RawStream) => stream.hello('nobody'), 'node id "nobody" has no type'],
    ['no node', (stream: RawStream) => stream.send({ typeUrl: CLUSTER_TYPE }), 'first request without node'],
    ['no type', (stream: RawStream) => stream.send({ node: { id: 'a~b' } as never }), 'request without type_url'],
    ['no protobuf', (stream: RawStream) => stream.sendBytes(new Uint8Array([0xff, 0xff])), ''],
  ] as const)('ends the stream with INVALID_ARGUMENT on %s', async (_what, act, words) => {
    const { server, port, released } = await start()
    const stream = new RawStream(port)
    act(stream)
    const error = await stream.error()
    expect(error.code).toBe(3)
    expect(error.details).toContain(words)
    expect(server.statuses()).toEqual([])
    expect(released).toEqual([])
  })

  it('releases a node with its last stream, and shows the later one of two', async () => {
    const { server, port, view, released, events } = await start()
    const [older, newer] = [new RawStream(port), new RawStream(port)]
    older.hello('sidecar~1')
    await older.response(0)
    newer.hello('sidecar~1')
    await newer.response(0)
    expect(server.statuses()).toHaveLength(1)
    expect(view.listeners).toBe(2)
    older.cancel()
    await until('the first stream to be gone', () => view.listeners === 1)
    expect(released).toEqual([])
    newer.end()
    await until('the release', () => released.length === 1)
    expect(view.listeners).toBe(0)
    expect(server.statuses()).toEqual([])
    expect(events.filter(({ type }) => type === 'disconnected')).toHaveLength(1)
  })

  it('refuses one stream too many, and a request for too much', async () => {
    const { port } = await start({ maxStreams: 1 })
    const stream = new RawStream(port)
    stream.hello('sidecar~1')
    await stream.response(0)
    const second = new RawStream(port)
    second.hello('sidecar~2')
    expect((await second.error()).code).toBe(8)
    for (let index = 0; index < 40; index += 1) stream.send({ typeUrl: `type.googleapis.com/unknown.Type${index}` })
    expect((await stream.error()).code).toBe(8)
  })

  it('stops waiting for what a client does not ask for when its time is up', async () => {
    const clock = new ManualClock()
    const { server, port, view } = await start({ clock })
    cleanUp.push(() => clock.advance(10_000))
    view.set(...cluster('a'))
    const stream = new RawStream(port)
    stream.hello('sidecar~1')
    const { nonce } = await stream.response(0)
    stream.send({ typeUrl: CLUSTER_TYPE, responseNonce: nonce })
    await until('the acknowledgement', () => server.statuses()[0]?.types[0]?.state === 'SYNCED')
    clock.advance(10_000)
    expect(server.statuses()[0]?.ackedRevision).toBe(0)
    clock.advance(10_000)
    expect(server.statuses()[0]?.ackedRevision).toBe(1)
  })

  it('says that a port is in use, and ends its streams when it closes', async () => {
    const { server, port } = await start()
    const source = { viewFor: () => new MemoryView(), release: () => {} }
    const other = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
    await expect(other.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'port-in-use' })
    const stream = new RawStream(port)
    stream.hello('sidecar~1')
    await stream.response(0)
    await server.close()
    expect((await stream.error()).code).toBe(14)
  })
})
