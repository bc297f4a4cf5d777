import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type Clock, type Random, silentLogger, systemClock } from '@mizzen/base'
import type {
  ClusterConfig,
  EndpointConfig,
  FilterChainMatch,
  HttpConnectionManagerConfig,
  ListenerConfig,
  RetryConfig,
  RouteAction,
  RouteConfig,
  RouteEntry,
} from '../src/config/model.ts'
import { DEFAULT_HTTP2_OPTIONS } from '../src/config/read-http2-options.ts'
import type { DrainStrategy } from '../src/listener/drain.ts'
import { createPeerMetadata } from '../src/telemetry/peer-metadata.ts'
import { createRuntime, type Runtime } from '../src/worker/runtime.ts'
import type { RuntimeDeps } from '../src/worker/runtime-parts.ts'

/** Of a filter chain that takes every connection. */
export const MATCHES_ALL: FilterChainMatch = {
  destinationPort: 0,
  destinationRanges: [],
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
  directSourceRanges: [],
  sourceType: 'any',
  sourceRanges: [],
  sourcePorts: [],
}

const NO_HEADERS = { request: [], response: [] }

/** What ends with a test, in reverse order. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = []

  add(step: () => unknown): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step()
  }
}

export function endpoint(port: number, over: Partial<EndpointConfig> = {}): EndpointConfig {
  const locality = { region: '', zone: '', subZone: '', weight: 0 }
  return {
    address: { host: '127.0.0.1', port },
    weight: 1,
    priority: 0,
    locality,
    health: 'healthy',
    metadata: {},
    ...over,
  }
}

/** A static cluster of local ports, round robin, Envoy's defaults. */
export function cluster(name: string, ports: readonly number[], over: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name,
    altStatName: '',
    discovery: 'static',
    edsServiceName: '',
    endpoints: { clusterName: name, endpoints: ports.map((port) => endpoint(port)) },
    balancer: 'round-robin',
    choiceCount: 2,
    connectTimeoutMs: 5_000,
    limits: { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 },
    panicThreshold: 50,
    protocol: 'http1',
    idleTimeoutMs: 3_600_000,
    maxRequestsPerConnection: 0,
    metadata: {},
    ...over,
  }
}

export function retryOn(...on: string[]): RetryConfig {
  return {
    on,
    numRetries: 2,
    perTryTimeoutMs: 0,
    statusCodes: [],
    hostSelectionAttempts: 5,
    avoidPreviousHosts: true,
    backoff: { baseMs: 1, maxMs: 10 },
  }
}

export function route(prefix: string, clusterName: string, over: Partial<RouteAction> = {}): RouteEntry {
  return {
    name: '',
    match: { path: { kind: 'prefix', value: prefix }, caseSensitive: true, headers: [], query: [] },
    headers: NO_HEADERS,
    action: {
      kind: 'route',
      clusters: [{ name: clusterName, weight: 1, headers: NO_HEADERS }],
      clusterNotFoundStatus: 503,
      appendXForwardedHost: false,
      timeoutMs: 15_000,
      mirrors: [],
      hashPolicies: [],
      upgrades: [],
      ...over,
    },
  }
}

export function routeConfig(name: string, routes: readonly RouteEntry[]): RouteConfig {
  const host = {
    name: 'all',
    domains: ['*'],
    routes,
    headers: NO_HEADERS,
    requireTls: 'none',
    includeRequestAttemptCount: false,
  } as const
  return { name, virtualHosts: [host], ignorePortInHostMatching: false, headers: NO_HEADERS, validateClusters: false }
}

export function listener(
  name: string,
  port: number,
  routes: HttpConnectionManagerConfig['routes'],
  over: Partial<HttpConnectionManagerConfig> = {},
): ListenerConfig {
  const http: HttpConnectionManagerConfig = {
    statPrefix: name,
    routes,
    filters: [],
    accessLogs: [
      {
        path: 'memory',
        format: {
          kind: 'text',
          template:
            '%REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%',
        },
      },
    ],
    serverHeader: { mode: 'overwrite', name: 'envoy' },
    useRemoteAddress: false,
    xffNumTrustedHops: 0,
    generateRequestId: true,
    preserveExternalRequestId: false,
    alwaysSetRequestIdInResponse: false,
    streamIdleTimeoutMs: 300_000,
    idleTimeoutMs: 3_600_000,
    requestTimeoutMs: 0,
    requestHeadersTimeoutMs: 0,
    drainTimeoutMs: 200,
    maxRequestsPerConnection: 0,
    maxRequestHeadersBytes: 60 * 1024,
    maxHeadersCount: 100,
    normalizePath: false,
    mergeSlashes: false,
    upgrades: [],
    codec: 'auto',
    http2: DEFAULT_HTTP2_OPTIONS,
    acceptHttp10: false,
    http1Trailers: false,
    proxy100Continue: false,
    router: { suppressEnvoyHeaders: false, respectExpectedTimeout: false },
    via: '',
    ...over,
  }
  return {
    name,
    address: { host: '127.0.0.1', port },
    trafficDirection: 'outbound',
    reusePort: true,
    listenerFilters: [],
    listenerFiltersTimeoutMs: 15_000,
    continueOnListenerFiltersTimeout: false,
    filterChains: [
      { name: '', match: MATCHES_ALL, transportSocketConnectTimeoutMs: 0, network: { kind: 'http', http } },
    ],
  }
}

export interface TestProxy {
  readonly runtime: Runtime
  readonly port: number
  /** Access log lines: method, path, status, flags, details, bytes received, bytes sent. */
  readonly log: readonly string[]
}

export interface TestProxyOptions {
  readonly routes: readonly RouteEntry[]
  readonly clusters: readonly ClusterConfig[]
  readonly http?: Partial<HttpConnectionManagerConfig>
  readonly random?: Random
  readonly clock?: Clock
  readonly drainStrategy?: DrainStrategy
}

/** Real time and sockets, no telemetry. */
export function runtimeDeps(): RuntimeDeps {
  return {
    ...{ clock: systemClock, random: Math.random, logger: silentLogger },
    sinks: () => ({ write() {}, dropped: 0, reopen() {}, close: () => Promise.resolve() }),
    stats: { recorder: () => ({ record() {} }) },
    tcpStats: { tcpRecorder: () => ({ opened() {}, passed() {}, closed() {} }) },
    peerMetadata: createPeerMetadata({ id: 'node', metadata: {} }),
  }
}

/** A runtime with one listener `l` on a port of the system's choice. */
export async function startProxy(cleanup: Cleanup, options: TestProxyOptions): Promise<TestProxy> {
  const log: string[] = []
  const sink = { write: (line: string) => void log.push(line), dropped: 0, reopen() {}, close: () => Promise.resolve() }
  const runtime = createRuntime({
    ...runtimeDeps(),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    drainStrategy: options.drainStrategy,
    sinks: () => sink,
  })
  cleanup.add(() => runtime.close())
  for (const config of options.clusters) runtime.putCluster(config)
  await runtime.putListener(listener('l', 0, { kind: 'inline', routes: routeConfig('', options.routes) }, options.http))
  return { runtime, port: runtime.listeners[0]?.address.port as number, log }
}

/** A `node:http` server; resolves to its port. */
export async function startHttp(
  cleanup: Cleanup,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  configure: (server: Server) => void = () => {},
): Promise<number> {
  const server = createServer(handler)
  configure(server)
  cleanup.add(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A server of raw connections; resolves to its port. */
export async function startTcp(cleanup: Cleanup, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    onConnection(socket)
  })
  cleanup.add(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A port at which nobody listens, nor will: it is that of a client's connection, which is held. */
export async function refusedPort(): Promise<number> {
  const server = createTcpServer((socket) => socket.unref())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').unref()
  await once(client, 'connect')
  return client.localPort as number
}

/** A client that sends bytes as they are and keeps all that comes back. */
export class RawClient {
  readonly socket: Socket
  received = ''
  ended = false
  closed = false
  #wake: () => void = () => {}

  constructor(cleanup: Cleanup, port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('data', (data) => {
      this.received += data.toString('latin1')
      this.#wake()
    })
    this.socket.on('end', () => {
      this.ended = true
      this.#wake()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
    cleanup.add(() => this.socket.destroy())
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** Resolves when `condition` holds; fails the test by its timeout if it never does. */
  async until(condition: (client: this) => boolean): Promise<string> {
    while (!condition(this)) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.received
  }

  /** Resolves when `text` has come. */
  untilText(text: string): Promise<string> {
    return this.until(({ received, closed }) => received.includes(text) || closed)
  }

  untilEnd(): Promise<string> {
    return this.until(({ ended, closed }) => ended || closed)
  }
}

/** Sends one request's bytes and resolves with everything that comes until the proxy closes. */
export async function sendRaw(cleanup: Cleanup, port: number, text: string): Promise<string> {
  const client = new RawClient(cleanup, port)
  client.send(text)
  return client.untilEnd()
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** One request by `fetch`. */
export async function get(port: number, path = '/', init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** Resolves when `condition` holds, asked every few milliseconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
